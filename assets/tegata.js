// Everything works without this file. It adds a copy button, and tells the form what only a script can see: whether the
// "Mac" has a touch screen (then it is an iPad), and which version of Android or Windows this is.
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
})();
