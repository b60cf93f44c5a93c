"""The reader site's pages that no editor writes: people, topics, regions, archive, calendar and search.

Each file holds plain functions over what is public; `views` are the doors, `standing` lets an editor's page come first.
"""
