"""`/connect/loader.js`: the one script tag that points Streams and ChatJS at this portal, and begins."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

SCRIPT = """\
// CCP Portal: <script src="…/connect/loader.js" data-container="#ccp"></script>, after amazon-connect-streams and amazon-connect-chatjs.
// data-options: JSON, options of connect.core.initCCP beside ours. data-token: of POST /connect/embed-token. data-ui="none": no screen.
;(() => {
  const { connect } = window
  const { src, dataset } = document.currentScript
  if (!connect || !connect.core || !connect.ChatSession) throw new Error("loader.js: load amazon-connect-streams and amazon-connect-chatjs first")
  const portal = new URL(src).origin
  const find = () => document.querySelector(dataset.container || "#ccp")
  const begin = () => {
    const container = find()
    if (!container) throw new Error("loader.js: there is no element " + (dataset.container || "#ccp"))
    const ccpUrl = portal + "/connect/ccp-v2/" + (dataset.ui === "none" ? "?ui=none" : "") + (dataset.token ? "#t=" + dataset.token : "")
    connect.ChatSession.setGlobalConfig({ endpoint: portal })
    connect.core.initCCP(container, {
      ccpUrl, region: REGION, softphone: { allowFramedSoftphone: false }, storageAccess: { canRequest: false },
      ...JSON.parse(dataset.options || "{}"),
    })
  }
  if (document.readyState === "loading" && !find()) document.addEventListener("DOMContentLoaded", begin)
  else begin()
})()
"""


@require_GET
def loader(_request: HttpRequest) -> HttpResponse:
    script = SCRIPT.replace("REGION", json.dumps(settings.CCP_AWS_REGION))
    headers = {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers=headers)
