"""Writes of the workspace room: whole matters driven through the rooms below."""
