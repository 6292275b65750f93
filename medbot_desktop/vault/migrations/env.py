"""Run the migrations on the connection that the vault hands over."""

from alembic import context

from medbot_desktop.vault.schema import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
