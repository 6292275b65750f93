"""What the text models did, by day and in numbers only."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_COUNTS = ("answers", "composed", "tokens", "first_text_ms", "begun", "fallbacks")


def upgrade() -> None:
    """Add the table of counts, which holds no word of any conversation."""
    op.create_table(
        "model_use",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("model", sa.String, primary_key=True),
        *(sa.Column(name, sa.Integer, nullable=False) for name in _COUNTS),
    )
