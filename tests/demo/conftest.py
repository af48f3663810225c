"""The world's fixtures, for the tests of the demo."""

from world import world, world_database, world_template

__all__ = ["world", "world_database", "world_template"]
