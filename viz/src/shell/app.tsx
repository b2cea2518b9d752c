import { Words } from "../format/words";
import { recordings } from "../state/recordings";
import { views } from "../views/all_views";
import type { View } from "../views/view";
import { DropLayer, OpenList, Troubles, Welcome } from "./drop";
import { Header } from "./header";
import { Sections } from "./sections";
import { shellText } from "./shell.strings";

export function App() {
  const open = recordings.value;
  return (
    <>
      <Header />
      <DropLayer />
      <div class="columns">
        {open.length > 0 && <Sections />}
        <main id="content" tabIndex={-1}>
          <Troubles />
          <OpenList />
          {open.length === 0 ? <Welcome /> : views.map((view) => <Section key={view.id} view={view} />)}
        </main>
      </div>
    </>
  );
}

function Section({ view }: { view: View }) {
  const text = view.text();
  const open = recordings.value;
  const shows = view.shows(open);
  return (
    <section id={view.id} class={shows ? "view" : "view absent"} aria-labelledby={`${view.id}-title`}>
      <h2 id={`${view.id}-title`}>{text.title}</h2>
      {shows ? (
        <>
          <p class="lead">{text.lead}</p>
          <view.Body recordings={open} />
        </>
      ) : (
        <p class="note">
          {shellText().notHere} <Words text={text.empty} />
        </p>
      )}
    </section>
  );
}
