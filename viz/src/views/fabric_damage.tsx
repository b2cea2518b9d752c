import { shown } from "../format/names";
import { damageOf } from "../model/fabric_cache";
import type { Recording } from "../schema";
import { fabricText } from "./fabric.strings";

// In the place of a figure whose data does not fit together.
export function Damage({ recording }: { recording: Recording }) {
  const damage = damageOf(recording);
  return damage === "" ? null : <p class="trouble">{fabricText().damaged(shown(recording.name, 60), damage)}</p>;
}
