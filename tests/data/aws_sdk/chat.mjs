// A website's server in JavaScript: AWS SDK v3 starts a chat, speaks, reads and leaves; what it saw is printed as JSON.
import { ConnectClient, StartChatContactCommand, StopContactCommand } from "@aws-sdk/client-connect"
import {
  ConnectParticipantClient,
  CreateParticipantConnectionCommand,
  DisconnectParticipantCommand,
  GetTranscriptCommand,
  SendMessageCommand,
} from "@aws-sdk/client-connectparticipant"

const [endpoint, region, InstanceId, ContactFlowId] = process.argv.slice(2)
const connect = new ConnectClient({ endpoint, region, maxAttempts: 1 })
const participant = new ConnectParticipantClient({ endpoint, region, maxAttempts: 1 })
const started = await connect.send(
  new StartChatContactCommand({ InstanceId, ContactFlowId, ParticipantDetails: { DisplayName: "Ada" } }),
)
const { ConnectionCredentials } = await participant.send(
  new CreateParticipantConnectionCommand({
    ParticipantToken: started.ParticipantToken,
    Type: ["CONNECTION_CREDENTIALS"],
    ConnectParticipant: true,
  }),
)
const { ConnectionToken } = ConnectionCredentials
const sent = await participant.send(
  new SendMessageCommand({ ConnectionToken, ContentType: "text/plain", Content: "Hällo, 你好" }),
)
const { Transcript } = await participant.send(new GetTranscriptCommand({ ConnectionToken, StartPosition: {} }))
await participant.send(new DisconnectParticipantCommand({ ConnectionToken }))
const refused = await connect.send(new StopContactCommand({ InstanceId, ContactId: started.ContactId })).catch((error) => error)
const after = await participant
  .send(new SendMessageCommand({ ConnectionToken, ContentType: "text/plain", Content: "x" }))
  .catch((error) => error)
console.log(
  JSON.stringify({
    sent: Boolean(sent.Id && sent.AbsoluteTime),
    said: Transcript.filter((item) => item.ParticipantRole === "CUSTOMER" && item.Content).map((item) => item.Content),
    refused: [refused.name, refused.$metadata.httpStatusCode],
    after: [after.name, after.$metadata.httpStatusCode],
  }),
)
