// A link in a mail begins at another site, so the browser did not send who is signed in: ask again from here.
localStorage.removeItem("prefect-password"); // of the time when all had one
const then = document.getElementById("poi");
if (then && !document.querySelector(".said")) fetch("/accesso/io", { cache: "no-store" }).then((answer) => answer.ok && location.replace(then.value));
document.getElementById("stampa")?.addEventListener("click", () => print());
