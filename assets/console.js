// Everything but the passkeys works without this file. A form with data-passkey asks the device for a passkey when it is sent, puts
// what the device says into its hidden field and goes on; a button with data-copy copies; #live follows what the server tells of
// somebody's steps; a table with data-selects can be chosen whole; a form with data-live looks while somebody types.
(() => {
  "use strict";

  const toBytes = (text) => {
    const plain = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
  };

  const toText = (buffer) => {
    if (!buffer) return null;
    let letters = "";
    for (const byte of new Uint8Array(buffer)) letters += String.fromCharCode(byte);
    return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };

  const credentials = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

  // What the server sends, as the browser takes it (Web Authentication §5.1).
  const creation = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: credentials(options.excludeCredentials),
  });
  const request = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    allowCredentials: credentials(options.allowCredentials),
  });

  // What the browser gives, as the server takes it.
  const told = (credential) => {
    const response = credential.response;
    const said = {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      extensions: credential.getClientExtensionResults(),
      response: { clientDataJSON: toText(response.clientDataJSON) },
    };
    if (response.attestationObject) {
      said.response.attestationObject = toText(response.attestationObject);
      said.response.transports = response.getTransports ? response.getTransports() : [];
    } else {
      said.response.authenticatorData = toText(response.authenticatorData);
      said.response.signature = toText(response.signature);
      said.response.userHandle = toText(response.userHandle);
    }
    return JSON.stringify(said);
  };

  const failed = (form, name) => {
    for (const text of form.querySelectorAll("[data-failed]")) {
      text.hidden = text.dataset.failed !== name;
    }
    const shown = form.querySelector(`[data-failed="${name}"]`) || form.querySelector("[data-failed=other]");
    if (shown) {
      shown.hidden = false;
      shown.focus();
    }
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button[type=submit]");
    const field = form.elements.namedItem("credential");
    if (!window.PublicKeyCredential || !navigator.credentials) {
      failed(form, "unsupported");
      continue;
    }
    form.addEventListener("submit", (event) => {
      if (field.value) return;
      event.preventDefault();
      if (button.disabled || !form.reportValidity()) return;
      button.disabled = true;
      const options = JSON.parse(form.dataset.options);
      const asked = form.dataset.passkey === "create"
        ? navigator.credentials.create({ publicKey: creation(options.publicKey) })
        : navigator.credentials.get({ publicKey: request(options.publicKey) });
      asked.then((credential) => {
        field.value = told(credential);
        form.submit();
      }).catch((error) => {
        button.disabled = false;
        failed(form, error.name);
      });
    });
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

  const live = document.getElementById("live");
  if (live && window.EventSource) {
    const [mark, lost, told] = ["live-mark", "live-lost", "told"].map((id) => document.getElementById(id));
    const again = document.getElementById("again");
    let source = null;
    let over = false;

    const hide = () => {
      if (source) source.close();
      source = null;
      mark.hidden = true;
    };
    const lose = () => {
      over = true;
      hide();
      lost.hidden = false;
      if (again) again.hidden = false;
    };
    const show = (now) => {
      // The page around it shows more than the steps.
      if (live.hasAttribute("data-reloads") && now.state !== live.dataset.state) {
        over = true;
        hide();
        location.reload();
        return;
      }
      live.dataset.state = now.state;
      document.body.dataset.link = now.link;
      for (const step of now.steps) {
        const line = live.querySelector(`[data-step="${step.name}"]`);
        line.toggleAttribute("data-done", step.done);
        line.querySelector(".at").textContent = step.at || "";
      }
      if (told.textContent.trim() !== now.told) {
        told.className = `notice ${now.tone}`;
        told.firstElementChild.textContent = now.told;
      }
      if (now.over) {
        over = true;
        hide();
      }
    };
    const follow = () => {
      if (over || source || document.hidden) return;
      source = new EventSource(live.dataset.live);
      source.addEventListener("open", () => {
        mark.hidden = false;
        if (again) again.hidden = true;
      });
      source.addEventListener("progress", (event) => show(JSON.parse(event.data)));
      source.addEventListener("end", lose);
      // The browser asks anew by itself, unless the answer was no.
      source.addEventListener("error", () => {
        mark.hidden = true;
        if (source && source.readyState === EventSource.CLOSED) lose();
      });
    };
    // A connection that nobody looks at is one that another page lacks.
    document.addEventListener("visibilitychange", () => (document.hidden ? hide() : follow()));
    window.addEventListener("pagehide", hide);
    follow();
  }

  const table = document.querySelector("table[data-selects]");
  const selection = document.getElementById("selection");
  if (table && selection) {
    const page = document.getElementById("select-page");
    const chosen = document.getElementById("chosen");
    const boxes = [...table.querySelectorAll("tbody input[type=checkbox]")];
    const all = selection.elements.namedItem("all");
    const count = () => {
      const some = boxes.filter((box) => box.checked).length;
      page.checked = some > 0 && some === boxes.length;
      page.indeterminate = some > 0 && some < boxes.length;
      chosen.textContent = chosen.dataset.text.replace("0", String(some));
      chosen.hidden = some === 0 || all.checked;
    };
    page.hidden = false;
    page.addEventListener("change", () => {
      for (const box of boxes) box.checked = page.checked;
      count();
    });
    for (const box of [...boxes, all]) box.addEventListener("change", count);
    count();
  }

  // A form with data-live shows what its fields ask for while they are filled in, in the part of the page that it names; sent as a
  // form it does the same.
  for (const form of document.querySelectorAll("form[data-live]")) {
    const id = form.dataset.live;
    let waiting = 0;
    let asked = 0;
    const look = async () => {
      const turn = ++asked;
      const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
      const answer = await fetch(address, { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const [now, next] = [document.getElementById(id), page.getElementById(id)];
      // Only the newest answer is shown, whichever comes last.
      if (now && next && turn === asked) now.replaceWith(document.adoptNode(next));
    };
    const later = (event) => {
      // A word that is still being converted from kana is not looked for.
      if (event.isComposing) return;
      clearTimeout(waiting);
      waiting = setTimeout(() => look().catch(() => {}), 250);
    };
    form.addEventListener("input", later);
    form.addEventListener("compositionend", later);
  }

  const problems = document.getElementById("problems");
  if (problems) problems.focus();
})();
