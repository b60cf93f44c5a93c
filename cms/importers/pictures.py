"""Lead pictures, portraits and credits of a planned page."""

import re
from dataclasses import replace

from cms.importers.credits import IN_BRACKETS, credit_alone, credit_within
from cms.importers.library import Media, NoFile
from cms.importers.pieces import Photo, Piece, Text, tidy
from cms.importers.plans import Context, Plan


def thumbnail(made: Plan, context: Context) -> Media | None:
    """Return the item's lead picture; None if it has none, or none that can be used."""
    number = made.item.meta.get("_thumbnail_id", "").strip()
    if not number.isdigit():
        return None
    try:
        return context.library.picture(Photo(attachment=int(number)))
    except NoFile as error:
        made.problem(str(error))
        return None


def portrait(made: Plan, pieces: list[Piece], context: Context) -> Media | None:
    """Return the writer's likely portrait: a picture without a caption right above the signature, or one named after the writer.

    The former leaves the text, also where the writer has it as portrait already; another picture stays.
    """
    if len(made.signers) != 1:
        return None
    name = made.signers[0].name
    last = pieces[-1] if pieces and isinstance(pieces[-1], Photo) and not pieces[-1].caption else None
    found = _picture(last, context) if last else None
    known = context.portraits.get(name)
    if found is not None and known in (None, found.url):
        pieces.pop()
    elif found is None and made.lead is not None:
        named = re.split(r"[\W_]+", f"{made.lead.path.stem} {made.lead.alt} {made.lead.title}".casefold())
        found = made.lead if name.split()[0].casefold() in named else None
    if found is None or known is not None:
        return None
    context.portraits[name] = found.url
    return found


def _picture(photo: Photo, context: Context) -> Media | None:
    try:
        return context.library.picture(photo)
    except NoFile:
        return None


def credited(made: Plan, pieces: list[Piece]) -> list[Piece]:
    """Give credits that stand in the text to the picture before them, else the one after, else the lead picture."""
    done: list[Piece] = []
    for at, piece in enumerate(pieces):
        name = credit_alone(piece.words) if isinstance(piece, Text) else ""
        inside = credit_within(piece.words)[2] if isinstance(piece, Text) and IN_BRACKETS.search(piece.html) else ""
        if (name or inside) and _give(made, done, pieces, at, name or inside):
            rest = "" if name else tidy(IN_BRACKETS.sub("", piece.html, count=1))  # type: ignore[union-attr]
            done += [Text(rest)] if rest else []
        else:
            # A credit that stands before its picture has replaced it in `pieces`.
            done.append(piece)
    return done


def _give(made: Plan, done: list[Piece], pieces: list[Piece], at: int, name: str) -> bool:
    """Write `name` as photographer of the nearest picture without one; tell whether there was any."""
    for place in range(len(done) - 1, -1, -1):
        if isinstance(photo := done[place], Photo) and not photo.photographer:
            done[place] = replace(photo, photographer=name)
            return True
    for place in range(at + 1, len(pieces)):
        if isinstance(photo := pieces[place], Photo) and not photo.photographer:
            pieces[place] = replace(photo, photographer=name)
            return True
    if made.lead is not None and not made.lead.photographer:
        made.lead = replace(made.lead, photographer=name[:200])
        return True
    return False


def without_lead(made: Plan, pieces: list[Piece]) -> list[Piece]:
    """Drop a first picture that is the lead picture again."""
    first = pieces[0] if pieces else None
    again = made.lead and isinstance(first, Photo) and made.pictures[first.key].url == made.lead.url
    return pieces[1:] if again else pieces
