// Goes before Prefect's own scripts. They ask on when nobody is signed in any more: then this leads to where one
// signs in. Not from a page with a form, since what somebody has typed there would be lost: that one says so.
// Its names are its own: a page of others must find `open` and the like as they were.
(() => {
  const asked = window.fetch;
  let told = false;

  function out() {
    if (told) return;
    told = true;
    const there = `/accesso?${new URLSearchParams({ poi: location.pathname + location.search })}`;
    if (!document.querySelector("textarea, form, [role=dialog]")) return location.assign(there);
    const line = document.createElement("div");
    line.setAttribute("role", "alert");
    line.style.cssText = "position:fixed;top:0;left:0;right:0;z-index:99999;padding:1rem;background:#b3261e;color:#fff;font:1.1rem/1.4 system-ui,sans-serif;pointer-events:auto";
    line.textContent = "L'accesso è scaduto. Quello che hai scritto è ancora qui: ";
    const link = document.createElement("a");
    link.href = "/accesso";
    link.target = "_blank";
    link.rel = "noopener";
    link.style.cssText = "color:#fff;text-decoration:underline;font-weight:600";
    link.textContent = "entra di nuovo in un'altra scheda";
    link.addEventListener("click", () => { line.remove(); told = false; });
    line.append(link, ", poi torna su questa pagina e conferma.");
    document.body.append(line);
  }

  window.fetch = async (...given) => {
    const answer = await asked(...given);
    if (answer.status === 401) out();
    return answer;
  };

  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (...given) {
    this.addEventListener("load", () => this.status === 401 && out());
    return open.apply(this, given);
  };
})();
