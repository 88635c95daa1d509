// Fetches what the page shows, once a minute: as the person who has signed in, or with the password that the
// browser keeps for Prefect's own pages where the editors share one.
// Under one of the lasting addresses it asks where that leads, and goes there.
const KEPT_AS = "prefect-password";
const EVERY = 60_000; // milliseconds
const PAGE = "/redazione";
const part = (name) => document.getElementById(name);
const OLD = "Il server non risponde: quello che vedi può essere vecchio. Riprovo fra un minuto.";
let asking = null;
let shown = "";

function say(words) {
  part("stato").textContent = words;
  part("stato").hidden = !words;
}

function closed(words) {
  part("contenuto").replaceChildren();
  shown = "";
  part("entra").hidden = false;
  say(words);
}

async function show() {
  asking?.abort(); // an answer that comes after a later one is old
  const mine = (asking = new AbortController());
  const password = localStorage.getItem(KEPT_AS);
  const isPage = location.pathname === PAGE;
  const asked = new URLSearchParams(location.search).get("cerca") || "";
  const query = new URLSearchParams(isPage ? { cerca: asked } : { vai: location.pathname });
  let answer, body;
  try {
    answer = await fetch(`${PAGE}/contenuto?${query}`, {
      headers: password ? { authorization: `Basic ${password}` } : {},
      cache: "no-store",
      signal: mine.signal,
    });
    body = await answer.text();
  } catch {
    if (mine === asking) say(OLD);
    return;
  }
  if (mine !== asking) return;
  if (answer.status === 401 && body.includes('"accesso"')) {
    return location.replace(`/accesso?${new URLSearchParams({ poi: location.pathname + location.search })}`);
  }
  if (answer.status === 401) {
    return closed(`${password ? "Questa password non è quella" : "Per vedere la pagina serve la password"} della redazione.`);
  }
  part("entra").hidden = true;
  if (answer.status === 404) return say(body);
  if (!answer.ok) return say(OLD);
  if (!isPage) return body.startsWith("/v2/") ? location.replace(body) : say(OLD);
  say("");
  if (body === shown) return; // who reads it, or stands in it with the keyboard, is not disturbed
  const focused = document.activeElement?.getAttribute("href");
  part("contenuto").innerHTML = shown = body; // made by our own server, which escapes what comes from outside
  if (focused) document.querySelector(`#contenuto a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
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
  const query = asked ? `?${new URLSearchParams({ cerca: asked })}` : "";
  if (location.pathname !== PAGE) return location.assign(PAGE + query);
  history.replaceState(null, "", PAGE + query);
  show();
});

async function tellWho() {
  const answer = await fetch("/accesso/io", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  part("chi").textContent = `${await answer.text()} · Esci`;
  part("chi").hidden = false;
}

tellWho();
part("parole").value = new URLSearchParams(location.search).get("cerca") || "";
show();
setInterval(() => document.visibilityState === "visible" && location.pathname === PAGE && show(), EVERY);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && show());
