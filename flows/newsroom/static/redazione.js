// Fetches what the page shows with the password that the browser keeps for Prefect's own pages, once a minute.
const KEPT_AS = "prefect-password";
const EVERY = 60_000; // milliseconds
const part = (name) => document.getElementById(name);
let latest = 0;

function say(words) {
  part("stato").textContent = words;
  part("stato").hidden = !words;
}

function closed(words) {
  part("contenuto").replaceChildren();
  part("entra").hidden = false;
  say(words);
}

async function show() {
  const turn = ++latest; // an answer that comes after a later one is old
  const password = localStorage.getItem(KEPT_AS);
  if (!password) return closed("Per vedere la pagina serve la password della redazione.");
  const asked = new URLSearchParams(location.search).get("cerca") || "";
  let answer, body;
  try {
    answer = await fetch(`/redazione/contenuto?${new URLSearchParams({ cerca: asked })}`, {
      headers: { authorization: `Basic ${password}` },
      cache: "no-store",
    });
    body = await answer.text();
  } catch {
    if (turn === latest) say("Il server non risponde: quello che vedi può essere vecchio. Riprovo fra un minuto.");
    return;
  }
  if (turn !== latest) return;
  if (answer.status === 401) return closed("Questa password non è quella della redazione.");
  if (!answer.ok) return say(body || "La pagina non si può mostrare adesso. Riprovo fra un minuto.");
  part("entra").hidden = true;
  say("");
  part("contenuto").innerHTML = body; // made by our own server, which escapes whatever comes from outside
}

part("entra").addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = part("chiave").value.trim();
  if (!typed) return;
  localStorage.setItem(KEPT_AS, btoa(String.fromCharCode(...new TextEncoder().encode(typed))));
  part("chiave").value = "";
  show();
});

part("cerca").addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = part("parole").value.trim();
  history.replaceState(null, "", asked ? `?${new URLSearchParams({ cerca: asked })}` : location.pathname);
  show();
});

part("parole").value = new URLSearchParams(location.search).get("cerca") || "";
show();
setInterval(() => document.visibilityState === "visible" && show(), EVERY);
