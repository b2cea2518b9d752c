import { useEffect, useState } from "preact/hooks";
import { recordings } from "../state/recordings";
import { views } from "../views/all_views";
import { shellText } from "./shell.strings";

// The list of views; the one in sight is marked.
export function Sections() {
  const open = recordings.value;
  const [current, setCurrent] = useState("");
  useEffect(() => {
    const inSight = new Set<string>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) inSight.add(target.id);
          else inSight.delete(target.id);
        }
        setCurrent(views.find((view) => inSight.has(view.id))?.id ?? "");
      },
      { rootMargin: "-25% 0px -60% 0px" }, // a band a third down the window
    );
    for (const section of document.querySelectorAll("section.view")) observer.observe(section);
    return () => observer.disconnect();
  }, [open]);
  return (
    <nav class="sections" aria-label={shellText().sections}>
      <ol>
        {views.map((view) => (
          <li key={view.id} class={view.shows(open) ? undefined : "absent"}>
            <a href={`#${view.id}`} aria-current={view.id === current ? "location" : undefined}>
              {view.text().title}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}
