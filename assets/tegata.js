// Everything works without this file. It adds a copy button, and tells the form what only a script can see: whether the
// "Mac" has a touch screen (then it is an iPad), and which version of Android or Windows this is. The ticket's page learns
// by it that the certificate is installed, and counts the minutes down; the old device learns how far the new one is.
(() => {
  "use strict";

  const fill = (name, value) => {
    for (const field of document.querySelectorAll(`input[type=hidden][name="${name}"]`)) {
      field.value = value;
    }
  };

  if (Number.isInteger(navigator.maxTouchPoints)) {
    fill("touch", String(Math.min(navigator.maxTouchPoints, 255)));
  }

  const agent = navigator.userAgentData;
  if (agent && agent.getHighEntropyValues) {
    agent.getHighEntropyValues(["platformVersion", "model"]).then((values) => {
      fill("ch_platform", values.platform || "");
      fill("ch_platform_version", values.platformVersion || "");
      fill("ch_model", values.model || "");
    }, () => {});
  }

  if (navigator.clipboard && navigator.clipboard.writeText) {
    for (const button of document.querySelectorAll("button[data-copy]")) {
      const source = document.getElementById(button.dataset.copy);
      if (!source) continue;
      button.hidden = false;
      const label = [...button.childNodes];
      button.addEventListener("click", () => {
        navigator.clipboard.writeText(source.textContent.trim()).then(() => {
          button.textContent = button.dataset.done;
          setTimeout(() => button.replaceChildren(...label), 3000);
        }, () => {});
      });
    }
  }

  // Is the way to the site that asks for the certificate open? The page about networks asks when it is told to, since the
  // browser may ask in its turn which certificate to show.
  const probe = document.getElementById("probe");
  if (probe && window.fetch) {
    const button = document.getElementById("look");
    const TOO_LONG = 45000;
    let asked = 0;
    const show = (seen) => {
      probe.dataset.seen = seen;
      probe.hidden = false;
      for (const line of probe.children) line.hidden = line.dataset.state !== seen;
    };
    const ask = (address, credentials) => {
      const given = window.AbortController ? new AbortController() : null;
      const timer = given && setTimeout(() => given.abort(), TOO_LONG);
      return fetch(address, { cache: "no-store", credentials, signal: given ? given.signal : undefined })
        .then((answer) => (answer.ok ? answer : Promise.reject(answer.status)))
        .finally(() => clearTimeout(timer));
    };
    const look = () => {
      const mine = ++asked;
      const tell = (seen) => {
        if (mine === asked) show(seen);
      };
      show("asking");
      ask(probe.dataset.probe, "include")
        .then((answer) => answer.json())
        .then((told) => tell(told.certificate ? "arrived" : told.between ? "between" : "clear"))
        // No answer that a page may read: is it the whole network, or only the way there?
        .catch(() => ask("/healthz", "omit").then(() => tell("blocked"), () => tell("offline")));
    };
    button.hidden = false;
    button.addEventListener("click", look);
    if (location.hash === "#probe") look();
  }

  const watched = document.body.dataset.watch;
  const stage = document.body.dataset.stage;
  if (watched && window.fetch) {
    const deadline = document.getElementById("deadline");
    const countdown = document.getElementById("countdown");
    const SOON = 3000;
    // Who stands there with both devices in hand waits for it.
    const LATE = stage ? 5000 : 30000;
    let wait = SOON;
    let left = stage ? 900 : 200;
    let timer = 0;

    const count = () => {
      const seconds = deadline ? Math.floor((Date.parse(deadline.dataset.ends) - Date.now()) / 1000) : NaN;
      if (!countdown) return;
      countdown.textContent = seconds > 0 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
    };

    const ask = () => {
      clearTimeout(timer);
      if (document.hidden || left <= 0) return;
      left -= 1;
      // The check site knows a person by the certificate that goes with the connection.
      fetch(watched, { cache: "no-store", credentials: "same-origin" })
        .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
        .then((now) => {
          if (now.state === "installed" || (stage && now.state !== stage)) {
            location.reload();
            return;
          }
          if (deadline && now.deadline) {
            deadline.firstElementChild.textContent = now.deadline.text;
            deadline.dataset.ends = now.deadline.ends || "";
          }
          wait = Math.min(wait * 1.2, LATE);
          timer = setTimeout(ask, wait);
        })
        .catch(() => {
          wait = Math.min(wait * 2, LATE);
          timer = setTimeout(ask, wait);
        });
    };

    const again = () => {
      wait = SOON;
      ask();
    };
    document.addEventListener("visibilitychange", again);
    window.addEventListener("pageshow", again);
    setInterval(count, 1000);
  }
})();
