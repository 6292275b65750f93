"""People with a record: what they are allergic to, what they take, what they have, and when a child is due."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add to each person what triage and the check of medicines go by."""
    for name in ("allergies", "medicines", "conditions"):
        op.add_column("people", sa.Column(name, sa.JSON, nullable=False, server_default="[]"))
    op.add_column("people", sa.Column("due", sa.Date))
