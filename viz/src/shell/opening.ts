import { computed, signal } from "@preact/signals";
import { embeddedText } from "../data/embedded";
import { readEmbedded, readResult } from "../data/read_result";
import { sqliteOf } from "../data/sqlite";
import { CannotRead, type Trouble } from "../data/trouble";
import type { Recording } from "../schema";
import { recordings } from "../state/recordings";

export interface OpenTrouble {
  file: string | null; // null: what stands in the page
  trouble: Trouble;
  detail: string;
}

export const troubles = signal<readonly OpenTrouble[]>([]);
const readers = signal(0); // files may be dropped while others are read
export const reading = computed(() => readers.value > 0);

// Shows what the page carries. False: nothing, so the page is the explorer.
export async function openEmbedded(page: Document): Promise<boolean> {
  const text = embeddedText(page);
  if (text === null) return false;
  await add(null, () => readEmbedded(text));
  return true;
}

// Adds files to what is shown, one after the other; one that cannot be read says so and the others stay.
export async function openFiles(files: Iterable<File>): Promise<void> {
  readers.value++;
  troubles.value = [];
  for (const file of files) {
    await add(file.name, async () => readResult(file.name, new Uint8Array(await file.arrayBuffer()), () => sqliteOf(document)));
  }
  readers.value--;
}

export function takeAway(recording: Recording): void {
  recordings.value = recordings.value.filter((other) => other !== recording);
}

async function add(file: string | null, read: () => Promise<Recording[]>): Promise<void> {
  try {
    const more = await read();
    recordings.value = [...recordings.value, ...more];
  } catch (error) {
    const known = error instanceof CannotRead ? error : new CannotRead("notRecording", String(error));
    troubles.value = [...troubles.value, { file, trouble: known.trouble, detail: known.detail }];
  }
}
