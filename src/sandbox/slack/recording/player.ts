import { type Frame, type Scene, sceneAfter } from './frame.ts';

/** Where a player is. */
export interface Playback {
  /** Frames that were shown, from 1. */
  readonly position: number;
  readonly length: number;
  /** Milliseconds of the epoch. */
  readonly at: number;
  readonly playing: boolean;
  readonly speed: number;
}

/** Shows the frames of a recording one after the other. */
export interface Player {
  readonly playback: () => Playback;
  readonly scene: () => Scene;
  /** Goes to a frame, counted from 1. */
  seek(position: number): void;
  play(speed?: number): void;
  pause(): void;
}

/** Nobody waits longer for the next frame, in milliseconds, however long the people of the recording thought. */
const LONGEST_MS = 3_000;

/** A player that stands at the first frame. `changed` is called whenever another one is shown. Throws for no frames. */
export function createPlayer(frames: readonly Frame[], changed: () => void): Player {
  const [first] = frames;
  const last = frames.at(-1);
  if (first === undefined || last === undefined) throw new Error('The recording is empty.');
  let position = 1;
  let speed = 1;
  let timer: NodeJS.Timeout | undefined;
  let cached: { position: number; scene: Scene } | undefined;
  const atOf = (index: number) => frames[index]?.at ?? last.at;

  function goTo(next: number): void {
    position = Math.min(Math.max(1, next), frames.length);
    changed();
  }

  function schedule(): void {
    clearTimeout(timer);
    timer = undefined;
    if (position >= frames.length) {
      changed();
      return;
    }
    const gap = (atOf(position) - atOf(position - 1)) / speed;
    timer = setTimeout(
      () => {
        goTo(position + 1);
        schedule();
      },
      Math.min(LONGEST_MS, Math.max(0, gap)),
    );
  }

  return {
    playback: () => ({
      position,
      length: frames.length,
      at: atOf(position - 1),
      playing: timer !== undefined,
      speed,
    }),
    scene() {
      if (cached?.position !== position) cached = { position, scene: sceneAfter(frames.slice(0, position)) };
      return cached.scene;
    },
    seek(wanted) {
      goTo(wanted);
      if (timer !== undefined) schedule();
    },
    play(wanted = speed) {
      speed = wanted;
      if (position >= frames.length) goTo(1);
      schedule();
      changed();
    },
    pause() {
      clearTimeout(timer);
      timer = undefined;
      changed();
    },
  };
}
