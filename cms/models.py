"""All models of the room: one line per file, one per content type."""

from cms.identity import Identity as Identity
from cms.keydates import KeyDate as KeyDate
from cms.media import Attachment as Attachment
from cms.media import Picture as Picture
from cms.media import PictureRendition as PictureRendition
from cms.pages.article import Article as Article
from cms.pages.award import Award as Award
from cms.pages.call import Call as Call
from cms.pages.clipping import Clipping as Clipping
from cms.pages.column import Column as Column
from cms.pages.event import Event as Event
from cms.pages.film import Film as Film
from cms.pages.index import Home as Home
from cms.pages.index import SectionIndex as SectionIndex
from cms.pages.index import section_for as section_for
from cms.pages.plain import PlainPage as PlainPage
from cms.pages.post import Post as Post
from cms.pages.post import RelatedPost as RelatedPost
from cms.pages.post import content_types as content_types
from cms.people import Byline as Byline
from cms.people import Person as Person
from cms.people import Role as Role
from cms.users import User as User
from cms.vocabulary import Abbreviation as Abbreviation
from cms.vocabulary import Region as Region
from cms.vocabulary import Topic as Topic
