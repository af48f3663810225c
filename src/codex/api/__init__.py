"""The REST API `/api/v1`, one module per resource, schemas beside it. The contract: tickets.md and shapes.md."""
