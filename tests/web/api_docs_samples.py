"""A small OpenAPI document, and the pages around it."""

from typing import Any

from codex.web.present.api_docs import api_docs
from codex.web.present.views import ReasonView

DOCUMENT: dict[str, Any] = {
    "info": {"title": "Codex", "description": "The REST API."},
    "components": {
        "securitySchemes": {"token": {"description": "A personal API token."}},
        "schemas": {
            "NewTicket": {
                "required": ["subject"],
                "properties": {
                    "subject": {"type": "string", "description": "In few words."},
                    "priority": {"oneOf": [{"$ref": "#/components/schemas/Priority"}, {"type": "null"}]},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "due": {"type": "string", "format": "date-time"},
                },
            },
            "Priority": {"enum": ["P1", "P2"]},
        },
    },
    "paths": {
        "/api/v1/tickets": {
            "post": {
                "operationId": "tickets.create",
                "tags": ["tickets"],
                "summary": "Open a ticket",
                "description": "For oneself <or> somebody else.",
                "parameters": [
                    {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}, "description": "A name."}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/NewTicket"},
                            "example": {"subject": "VPN <drops>"},
                        }
                    }
                },
                "responses": {
                    "201": {"description": "Opened."},
                    "422": {
                        "description": "Impossible.",
                        "content": {"application/problem+json": {"examples": {"one": {"value": {"status": 422}}}}},
                    },
                },
            },
            "get": {
                "operationId": "tickets.list",
                "tags": ["tickets"],
                "summary": "Tickets",
                "description": "By age.",
                "responses": {"200": {"description": "Some.", "content": {"text/csv": {"schema": {"type": "string"}}}}},
            },
        }
    },
}
API_DOCS = api_docs(DOCUMENT, address="/api/openapi.json")
REASON = ReasonView(sentence="HR-1 is confidential to HR.", href="/tickets/HR-1/reason")
