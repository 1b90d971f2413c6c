"""How well the bot understands labelled messages: `rls evaluate`."""
