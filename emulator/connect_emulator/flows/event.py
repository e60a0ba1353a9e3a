"""The event a flow gives to a Lambda (adminguide/connect-lambda-functions: ContactFlowEvent)."""

from __future__ import annotations

from typing import Any

from connect_emulator.world import Contact, World, contacts, details

from .run import queue


def contact_flow_event(world: World, contact: Contact, parameters: dict[str, str], language: str) -> dict[str, Any]:
    known = details.of_contact(world, contact.id)
    return {
        "Details": {
            "ContactData": {
                "Attributes": contacts.attributes(world, contact.initial_id),
                "Channel": "CHAT",
                "ContactId": contact.id,
                "CustomerEndpoint": None,
                "CustomerId": contact.customer_id,
                "Description": known.description,
                "InitialContactId": contact.initial_id,
                "InitiationMethod": contact.initiation_method,
                "InstanceARN": world.instance.arn,
                "LanguageCode": language,
                "MediaStreams": {"Customer": {"Audio": None}},
                "Name": known.name,
                "PreviousContactId": contact.previous_id or contact.id,
                "Queue": queue(world, contact),
                "References": known.references,
                "SystemEndpoint": None,
            },
            "Parameters": parameters,
        },
        "Name": "ContactFlowEvent",
    }
