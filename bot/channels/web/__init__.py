"""The web channel: what the chat widget talks to. `channel.WebInput` is its way in."""
