import { recordings } from "../state/recordings";
import { views } from "../views/all_views";
import type { View } from "../views/view";
import { DropLayer, OpenList, Troubles, Welcome } from "./drop";
import { Header } from "./header";
import { shellText } from "./shell.strings";

export function App() {
  const text = shellText();
  const open = recordings.value;
  return (
    <>
      <Header />
      <DropLayer />
      <div class="columns">
        {open.length > 0 && (
          <nav class="sections" aria-label={text.sections}>
            <ol>
              {views.map((view) => (
                <li key={view.id} class={view.shows(open) ? undefined : "absent"}>
                  <a href={`#${view.id}`}>{view.text().title}</a>
                </li>
              ))}
            </ol>
          </nav>
        )}
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
          {shellText().notHere} {text.empty}
        </p>
      )}
    </section>
  );
}
