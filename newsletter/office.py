"""The sending office of one process: claims rows, hands them to the lines, writes down what came back.

It alone touches the database, from the thread that calls it; connections stay open from one round to
the next. It is crash-only: when the database fails, everything is dropped as a kill would drop it,
and the journal tells the next office what happened.
"""

import logging
from collections import Counter as Tally
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cms import stopping
from cms.outbox import new_owner
from newsletter import ledger, mailings, tallies, tracking
from newsletter.clock import Clock, elapsed
from newsletter.compiled import BadHeader, Compiled
from newsletter.counter import Counter
from newsletter.crew import Crew
from newsletter.dkim import BadKey
from newsletter.fleet import Fleet
from newsletter.journal import Journal
from newsletter.leases import durable, settle_expired
from newsletter.models import Mailing
from newsletter.outcomes import follow_up, stop_mailing
from newsletter.relays import Parcel, Relay

logger = logging.getLogger(__name__)

# So much for each connection, and so much at most, is claimed at once: a claim costs the same whatever its size.
PER_CONNECTION = 100
MOST = 1_000
CONTROL_SECONDS = 0.5
WRITE_SECONDS = 0.1
# So long at a time it freezes and cancels: meanwhile no pause is seen, and no result is written.
BEGIN_SECONDS = 0.3
GRACE_SECONDS = 2.0
# A lease is renewed when less than this of it is left, and nothing is sent in its last tenth.
RENEW_BELOW = 0.4
STOP_AT = 0.9
COMPILED_KEPT = 8
BOOKS_SECONDS = 60.0


class Office:
    """One process's sending, from its first round to `close`."""

    def __init__(self, relays: list[Relay]) -> None:
        """Open the journal; raises OSError."""
        self.owner = new_owner()
        self.relays = relays
        self.journal = Journal(self.owner)
        self.counter = Counter()
        self.in_hand: set[Parcel] = set()
        self.batches: set[int] = set()
        self.clock = Clock(timezone.now())
        # Batches' leases, in seconds of `elapsed`, which no change of clocks touches.
        self._good_until: dict[int, float] = {}
        self._compiled: dict[int, Compiled] = {}
        crews = [Crew(relay, self.journal, self.counter, self._may_send) for relay in relays]
        self._crews = {crew.options.name: crew for crew in crews}
        self.fleet = Fleet(crews, self.owner)
        self._turn = 0
        self._books_at = 0.0
        # Whether a freeze or a cancellation is under way.
        self._unfinished = False

    def run(self, clock: Clock, seconds: float) -> Tally[str]:
        """One round of at most `seconds`; what is in a slow relay's hands then stays there for the next."""
        tally: Tally[str] = Tally()
        self._change_clock(clock)
        tally["settled"] = settle_expired(clock.now())
        self._keep_books()
        sending, controlled = self._control(), clock.elapsed()
        while clock.elapsed() < seconds and not stopping.asked():
            if clock.elapsed() - controlled > CONTROL_SECONDS or (self._unfinished and not self.in_hand):
                sending, controlled = self._control(), clock.elapsed()
            busy, claimed = bool(self.in_hand), self._claim(sending, tally)
            self._listen()
            if self._write(tally):
                sending, controlled = self._control(), clock.elapsed()
            # A crew that wasn't hungry may have finished since: then there may be more to claim.
            if not claimed and not busy and not self.in_hand and not self._unfinished:
                break
        self._wind_up(tally)
        return tally

    def _keep_books(self) -> None:
        if elapsed() > self._books_at:
            tallies.fold_due(self.clock.now())
            self._books_at = elapsed() + BOOKS_SECONDS

    def _change_clock(self, clock: Clock) -> None:
        """Go over to the caller's clock; leases taken by the old one are renewed by the new one."""
        self.clock = clock
        self.fleet.new_clock()
        self._renew()

    def _control(self) -> list[Mailing]:
        """Twice a second: see pauses and cancellations, keep the leases, look after the relays."""
        self._unfinished = mailings.begin_due(self.clock.now(), BEGIN_SECONDS)
        running = Mailing.objects.filter(state=Mailing.SENDING).defer("html", "text").select_related("list")
        sending = list(running.order_by("start_at", "pk"))
        wanted = {mailing.pk for mailing in sending}
        self._give_back(lambda parcel: parcel.mailing not in wanted)
        if self._good_until and min(self._good_until.values()) - elapsed() < RENEW_BELOW * settings.LEASE_SECONDS:
            self._renew()
        for crew in self._crews.values():
            if crew.halted:
                crew.go_on()
        self.fleet.look(self.clock.now(), bool(self.in_hand) or ledger.anything_due(wanted, self.clock.now()))
        self._give_back(lambda parcel: True, [crew for crew in self._crews.values() if not crew.limit])
        return sending

    def _renew(self) -> None:
        if not self.batches:
            return
        until = elapsed() + STOP_AT * settings.LEASE_SECONDS
        held = ledger.renew(self.owner, self.clock.now())
        lost = self.batches - held
        self._good_until = dict.fromkeys(held, until)
        if lost:
            logger.warning("Lost %s batches: this process was away longer than its lease.", len(lost))
            self._withdraw(lambda parcel: parcel.batch in lost)
            self.batches -= lost

    def _may_send(self, batch: int) -> bool:
        return self._good_until.get(batch, -1.0) > elapsed()

    def _claim(self, sending: list[Mailing], tally: Tally[str]) -> bool:
        """Fill the crews that are low; return whether anything was claimed."""
        claimed = False
        for crew in self.fleet.usable() if sending else []:
            if not crew.hungry:
                continue
            for _ in range(len(sending)):
                self._turn += 1
                if self._claim_for(sending[self._turn % len(sending)], crew, tally):
                    claimed = True
                    break
        return claimed

    def _claim_for(self, mailing: Mailing, crew: Crew, tally: Tally[str]) -> bool:
        size = min(PER_CONNECTION * crew.limit, MOST)
        if crew.options.per_second:
            # No more than is sent well within the lease.
            size = max(1, min(size, int(crew.options.per_second * self.fleet.part(crew) * settings.LEASE_SECONDS / 4)))
        compiled = self._letter(mailing)
        if compiled is None:
            return False
        until = elapsed() + STOP_AT * settings.LEASE_SECONDS
        taken = ledger.claim(mailing, crew.options.name, self.owner, self.clock.now(), size)
        tally["excluded"] += taken.excluded
        if not taken.rows:
            return bool(taken.excluded)
        self.fleet.took(crew, len(taken.rows))
        self.batches.add(taken.batch)
        self._good_until[taken.batch] = until
        relay = crew.options.name
        own = tracking.links_for(mailing.pk, [row[0] for row in taken.rows]) if mailing.tracked else {}
        sender, fill, now = compiled.names.bounce_address, compiled.fill, self.clock.now()
        parcels = [
            Parcel(
                mailing.pk,
                member,
                taken.batch,
                sender(member),
                address,
                partial(fill, member, address, name, now, own.get(member)),
                relay=relay,
            )
            for member, address, name in taken.rows
        ]
        self.in_hand.update(parcels)
        crew.put(parcels)
        return True

    def _letter(self, mailing: Mailing) -> Compiled | None:
        if mailing.pk not in self._compiled:
            try:
                made = mailings.compiled(mailing)
            except (ValidationError, BadHeader, BadKey) as error:
                logger.exception("Mailing %s can't be sent.", mailing.pk)
                stop_mailing(mailing.pk, "; ".join(getattr(error, "messages", [str(error)])))
                return None
            if len(self._compiled) >= COMPILED_KEPT:
                self._compiled.pop(next(iter(self._compiled)))
            self._compiled[mailing.pk] = made
        return self._compiled[mailing.pk]

    def _listen(self) -> None:
        """Wait until a crew wants more, trouble comes, or it is time to write."""
        if self.in_hand:
            self.counter.bell.wait(WRITE_SECONDS)
            self.counter.bell.clear()

    def _write(self, tally: Tally[str]) -> bool:
        """Write down all results that are there, then hear what trouble the lines had; tell whether a crew has halted."""
        halted = any(crew.halted for crew in self._crews.values())
        results = [self.counter.results.popleft() for _ in range(len(self.counter.results))]
        if results:
            with transaction.atomic():
                ledger.mark(results, self.clock.now())
                follow_up(results, self.clock.now())
        self.in_hand.difference_update(parcel for parcel, _outcome in results)
        tally.update(outcome.state for _parcel, outcome in results)
        while self.counter.troubles:
            trouble = self.counter.troubles.popleft()
            crew = self._crews[trouble.relay]
            # What a line began before its relay was put to rest is old news.
            if trouble.began > crew.rested_at and self.fleet.rest(crew, trouble.error, self.clock.now()):
                self._give_back(lambda parcel: True, [crew])
        return halted

    def _withdraw(self, unwanted: Callable[[Parcel], bool], crews: list[Crew] | None = None) -> list[Parcel]:
        taken = [parcel for crew in self._crews.values() if crews is None or crew in crews for parcel in crew.withdraw(unwanted)]
        self.in_hand.difference_update(taken)
        return taken

    def _give_back(self, unwanted: Callable[[Parcel], bool], crews: list[Crew] | None = None) -> None:
        taken = self._withdraw(unwanted, crews)
        if taken:
            ledger.give_back(taken, self.clock.now())

    def _wind_up(self, tally: Tally[str], grace: float = GRACE_SECONDS) -> None:
        """Give back what no line has in hand, wait a little for the rest, and forget what is settled."""
        until = self.clock.elapsed() + grace
        self._give_back(lambda parcel: True)
        while self.in_hand and self.clock.elapsed() < until:
            self._listen()
            self._write(tally)
            self._give_back(lambda parcel: True)
        if not self.in_hand and self.batches:
            with durable():
                ledger.close_batches(self.batches)
            self.batches.clear()
            self._good_until.clear()
            self.journal.empty()
        self.fleet.note_recoveries(self.clock.now())
        mailings.begin_due(self.clock.now(), BEGIN_SECONDS)

    def close(self, patience: float) -> Tally[str]:
        """Finish the messages in hand, release the rest and hang up."""
        tally: Tally[str] = Tally()
        for crew in self._crews.values():
            crew.closing = True
        self._wind_up(tally, patience)
        for crew in self._crews.values():
            crew.close(1)
        self.fleet.leave()
        self.journal.close(remove=not self.in_hand)
        return tally

    def abandon(self) -> None:
        """Drop everything as a kill would: the next office settles our batches by the journal."""
        self._good_until.clear()
        for crew in self._crews.values():
            crew.withdraw()
            crew.close(GRACE_SECONDS)
        self.journal.close()
