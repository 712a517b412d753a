"""The frame around every page: navigation, preferences, toasts."""
