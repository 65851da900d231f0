import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChargeEvent } from '../../src/domain/charge.ts';
import { decide } from '../../src/domain/decide.ts';
import type { ChargeCommand } from '../../src/domain/decide-charge.ts';
import type { DomainEvent } from '../../src/domain/event.ts';
import { anna, ben, fold, makeRunbook, makeStep, opening, step } from '../support/domain.ts';
import { anyMoves, type Done, play } from './interleavings.ts';

function holds(check: (played: ReturnType<typeof play>) => void): void {
  fc.assert(
    fc.property(anyMoves, (moves) => check(play(moves))),
    { numRuns: 150 },
  );
}

const isAboutCharge = (event: DomainEvent): event is ChargeEvent =>
  ['charge.taken', 'charge.handed-over', 'responder.added'].includes(event.type);
const clicksOf = (done: readonly Done[]) =>
  done.filter((one): one is Done & { command: ChargeCommand } =>
    ['take-charge', 'hand-over', 'add-responders'].includes(one.command.type),
  );

it('charge goes from whoever has it: by taking it from them knowingly, or by their own hand', () => {
  holds(({ done }) => {
    for (const { before, command, events } of clicksOf(done)) {
      const lead = before.lead?.who;
      for (const event of events) {
        if (event.type === 'charge.taken') {
          expect(event.from).toEqual(lead);
          expect(command).toMatchObject({ from: lead?.id ?? null });
          expect(event.by.id).not.toBe(lead?.id);
        }
        if (event.type === 'charge.handed-over') {
          expect(event.by).toEqual(lead);
          expect(event.to.id).not.toBe(lead?.id);
        }
      }
    }
  });
});

it('whoever is refused is not in charge, or is already; and a refusal changes nothing', () => {
  holds(({ done }) => {
    for (const { decided, events } of clicksOf(done)) {
      expect(events.length).toBe(decided.refusal === null ? 1 : 0);
    }
  });
});

it('nobody is on an incident twice, and whoever had charge stays on it', () => {
  holds(({ events }) => {
    const { lead, responders } = fold(events);
    const ids = [...(lead === null ? [] : [lead.who.id]), ...responders.map(({ id }) => id)];
    expect(new Set(ids).size).toBe(ids.length);
    const had = events.flatMap((event) =>
      event.type === 'charge.taken'
        ? [event.by.id]
        : event.type === 'charge.handed-over'
          ? [event.to.id]
          : [],
    );
    expect(ids).toEqual(expect.arrayContaining([...new Set(had)]));
  });
});

it('everybody who is relieved, put in charge or asked by somebody else is told', () => {
  holds(({ events }) => {
    const { chargeNotes } = fold(events);
    const told = events.filter(isAboutCharge).flatMap((event) => {
      if (event.type === 'charge.taken') return event.from === undefined ? [] : [[event.from]];
      if (event.type === 'charge.handed-over') return [[event.to]];
      const others = event.who.filter(({ id }) => id !== event.by.id);
      return others.length === 0 ? [] : [others];
    });
    expect(chargeNotes.map(({ to }) => to)).toEqual(told);
  });
});

it('charge permits nothing and holds nothing up: without it everything else is the same', () => {
  holds(({ events }) => {
    const without = fold(events.filter((event) => !isAboutCharge(event)));
    const { lead, responders, chargeNotes, clicks, version, closedAnchor, newsVersion } = without;
    const all = {
      ...fold(events),
      lead,
      responders,
      chargeNotes,
      clicks,
      version,
      closedAnchor,
      newsVersion,
    };
    expect(all).toEqual(without);
  });
});

it('a click about charge that is delivered again changes nothing, at whatever time', () => {
  holds(({ done }) => {
    const accepted = new Set<string | undefined>();
    for (const { command, decided } of clicksOf(done)) {
      if (accepted.has(command.click))
        expect(decided).toMatchObject({ events: [], refusal: { reason: 'repeated' } });
      if (decided.refusal === null) accepted.add(command.click);
    }
  });
});

it('says who is in charge to whoever took it for free', () => {
  const start = fold(opening(makeRunbook([makeStep('look')])));
  const now = new Date('2026-11-15T05:23:05Z');
  const take = (by: typeof anna, from: string | null) => ({ type: 'take-charge', by, from }) as const;
  const taken = decide(start, take(anna, null), now).events.reduce(step, start);
  expect(decide(taken, take(ben, null), now).refusal?.message).toBe(
    'Anna is in charge now, since 5 s ago. Nothing was changed: look at the incident first.',
  );
  expect(decide(taken, take(anna, null), now).refusal?.message).toBe('You are in charge already.');
  expect(decide(taken, take(ben, anna.id), now).events).toEqual([
    { type: 'charge.taken', by: ben, from: anna },
  ]);
});
