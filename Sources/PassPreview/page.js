// The page's own script: shows pictures, fits texts as Wallet does, tells what stands behind a field, and redraws when a
// file was saved. Texts from templates and tickets are only ever put in as text.
(() => {
  "use strict";
  const root = document.documentElement;
  const mode = root.dataset.mode;
  const name = root.dataset.subject ?? "";
  const face = document.getElementById("face");
  const embedded = document.getElementById("images");
  const pictures = embedded ? JSON.parse(embedded.textContent) : null;
  let drawn = 0;
  let latest = 0;

  // Pictures

  function showPictures(scope) {
    const loading = [];
    for (const image of scope.querySelectorAll("img[data-2x]")) {
      const id = image.dataset[`${root.dataset.scale}x`];
      const base = image.closest("[data-images]")?.dataset.images ?? `/p/${encodeURIComponent(name)}/image/`;
      const source = pictures ? pictures[id] : base + id;
      if (source && image.getAttribute("src") !== source) image.src = source;
      loading.push(image.decode().catch(() => {}));
    }
    return Promise.all(loading);
  }

  // Texts

  function width(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().width;
  }

  /** All values of a row shrink together until they fit; what is too long at the smallest size is cut. */
  function fit(row, facts) {
    const fields = [...row.querySelectorAll(":scope > .field")];
    const zoom = row.currentCSSZoom ?? 1;
    const style = getComputedStyle(row);
    const full = parseFloat(style.getPropertyValue("--value-size"));
    const least = parseFloat(style.getPropertyValue("--least"));
    row.classList.add("measuring");
    row.style.setProperty("--size", `${full}px`);
    for (const field of fields) {
      field.style.minWidth = "";
      delete field.dataset.fit;
    }
    const isHeader = row.dataset.row === "header";
    const others = [...row.children].filter((child) => !fields.includes(child));
    const gaps = (row.children.length - 1) * (parseFloat(style.columnGap) || 0);
    const space = isHeader ? parseFloat(style.maxWidth) / 100 * row.parentElement.clientWidth : row.clientWidth;
    const room = space - gaps - others.reduce((sum, other) => sum + other.clientWidth, 0);
    const values = fields.map((field) => field.querySelector(".value"));
    // A short label keeps its words; a long one gives way before a value does.
    const labels = fields.map((field) => Math.min(width(field.querySelector(".label")) / zoom, 64));
    const natural = values.map((value) => width(value) / zoom);
    const needed = (share, isKept) =>
      natural.reduce((sum, value, index) => sum + Math.max(value * share, isKept ? labels[index] : 0), 0);
    const smallest = Math.min(least, full) / full;
    let share = 1;
    const isKept = needed(smallest, true) <= room;
    while (share > smallest && needed(share, isKept) > room) share = Math.max(smallest, share - 0.005);
    const size = Math.floor(full * share * 20) / 20;
    row.style.setProperty("--size", `${size}px`);
    const widths = values.map((value) => width(value) / zoom);
    const fits = widths.reduce((sum, value) => sum + value, 0) <= room + 0.5;
    row.classList.remove("measuring");
    const shrunk = [];
    fields.forEach((field, index) => {
      const least = Math.max(widths[index], isKept ? labels[index] : 0);
      if (fits) field.style.minWidth = `${Math.ceil(least * 10) / 10}px`;
      const label = field.querySelector(".label");
      const title = label.textContent || field.dataset.key;
      const isCut = !fits && values[index].scrollWidth > values[index].clientWidth + 1;
      if (isCut) {
        field.dataset.fit = "cut";
        facts.push(["cut", `${title} (${field.dataset.key}): the value is cut, even at ${size} pt`]);
      } else if (size < full) {
        field.dataset.fit = "shrunk";
        shrunk.push(title);
      }
    });
    if (shrunk.length) facts.push(["shrunk", `${shrunk.join(", ")}: shrunk to ${size} of ${full} pt`]);
    for (const field of fields) {
      const label = field.querySelector(".label");
      if (label.scrollWidth > label.clientWidth + 1) {
        field.dataset.fit ??= "cut";
        facts.push(["cut", `${label.textContent} (${field.dataset.key}): the label is cut`]);
      }
    }
  }

  function fitAll(scope) {
    const facts = [];
    for (const row of scope.querySelectorAll(".card.front .row")) fit(row, facts);
    for (const card of scope.querySelectorAll(".card.front[data-style=eventTicket]")) {
      const header = [...card.querySelectorAll("[data-row=header] .label")].filter((label) => label.textContent);
      const zoom = card.currentCSSZoom ?? 1;
      const middle = (card.getBoundingClientRect().left + card.getBoundingClientRect().right) / 2;
      for (const label of header) {
        const box = label.getBoundingClientRect();
        // The notch is 16 deep; where the label's capitals begin it is still 17 wide on either side.
        if (box.left < middle + 17 * zoom && box.right > middle - 17 * zoom) {
          facts.push(["cut", `${label.textContent}: the label lies under the notch`]);
        }
      }
    }
    const others = [
      [".alt-text", "the text below the barcode"], [".logo-text", "the logo text"], [".headline .title", "the title"],
      [".headline p", "a line of the poster"], [".seat .value", "a value of the poster"],
    ];
    for (const [selector, what] of others) {
      for (const text of scope.querySelectorAll(`.card.front ${selector}`)) {
        const isCut = text.scrollWidth > text.clientWidth + 1 || text.scrollHeight > text.clientHeight + 4
          && selector === ".headline .title";
        if (isCut) facts.push(["cut", `${what} is cut: ${text.textContent}`]);
      }
    }
    const list = document.querySelector("#layout ul");
    if (!list) return;
    for (const item of list.querySelectorAll("[data-kind=shrunk], [data-kind=cut]")) item.remove();
    for (const [kind, text] of facts) {
      const item = document.createElement("li");
      item.dataset.kind = kind;
      item.textContent = text;
      list.append(item);
    }
  }

  /** "Tomorrow at 7:30 PM", in the pass's language and on the venue's calendar. */
  function sayRelative(scope) {
    for (const value of scope.querySelectorAll("[data-relative]")) {
      const language = value.closest(".card").lang;
      const offset = Number(value.dataset.offset) * 1000;
      const day = (time) => Math.floor((time + offset) / 86400000);
      const days = day(Number(value.dataset.relative)) - day(Date.now());
      value.dataset.absolute ??= value.textContent;
      let text = value.dataset.absolute;
      try {
        const word = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(days, "day");
        if (Math.abs(days) <= 2 && !/\p{N}/u.test(word)) {
          text = word[0].toLocaleUpperCase(language) + word.slice(1);
          if (value.dataset.time) text += between(language) + value.dataset.time;
        }
      } catch {
        // A language that the browser does not know keeps the date.
      }
      value.textContent = text;
    }
  }

  /** What a language puts between a day and a time. */
  function between(language) {
    const parts = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).formatToParts(0);
    const time = parts.findIndex((part) => part.type === "hour");
    const literal = time > 0 && parts[time - 1].type === "literal" ? parts[time - 1].value : " ";
    return literal.trim() === "" ? " " : literal;
  }

  // The lock screen

  function fillNotifications() {
    const select = document.querySelector("[name=notification]");
    if (!select) return;
    const chosen = select.value;
    const options = [...document.querySelectorAll("#stage .field[data-change]")];
    const seen = new Set();
    select.replaceChildren(select.options[0]);
    for (const field of options) {
      const key = field.dataset.key;
      if (seen.has(key)) continue;
      seen.add(key);
      const option = document.createElement("option");
      option.value = key;
      option.textContent = field.querySelector(".label").textContent || key;
      option.dataset.message = field.dataset.change;
      option.dataset.value = field.querySelector(".value").textContent;
      select.append(option);
    }
    select.value = seen.has(chosen) ? chosen : "";
    notify();
  }

  function notify() {
    const banner = document.getElementById("notification");
    const option = document.querySelector("[name=notification]")?.selectedOptions[0];
    const input = document.querySelector("[name=change]");
    if (!banner || !option) return;
    const message = option.dataset.message;
    banner.hidden = !message;
    input.closest("label").hidden = !message;
    if (input.dataset.key !== option.value) {
      input.dataset.key = option.value;
      input.value = option.dataset.value ?? "";
    }
    if (message) {
      const text = message.includes("%@") ? message.split("%@").join(input.value) : "";
      banner.querySelector(".message").textContent = text || "Wallet says nothing: the change message has no %@.";
    }
  }

  // What stands behind a field

  function inspect(field) {
    const section = document.getElementById("inspector");
    if (!section) return;
    const list = document.createElement("dl");
    const add = (title, text, isCode) => {
      if (text === undefined || text === null || text === "") return;
      const term = document.createElement("dt");
      term.textContent = title;
      const detail = document.createElement("dd");
      const holder = isCode ? document.createElement("code") : detail;
      holder.textContent = text;
      if (isCode) detail.append(holder);
      else detail.dir = "auto";
      list.append(term, detail);
    };
    const data = field.dataset;
    add("shows", (field.querySelector(".value") ?? field).textContent);
    add("value", data.valueSource, true);
    add("", data.valuePlace);
    add("label", data.labelSource, true);
    add("", data.labelPlace);
    for (const [variable, value] of JSON.parse(data.variables ?? "[]")) add(variable, value ?? "– (the ticket has none)");
    add("if it changes", data.change);
    const heading = document.createElement("h2");
    heading.textContent = `Field ${data.key}`;
    section.replaceChildren(heading, list);
  }

  // Drawing

  async function draw() {
    const scope = face ?? document;
    const mine = ++latest;
    const loaded = showPictures(scope);
    sayRelative(scope);
    fitAll(scope);
    fillNotifications();
    // How high a picture of it has to be; said before anything is waited for, since nobody waits for it. Every picture
    // has its place already.
    if (mode === "picture") root.dataset.height = String(Math.ceil(document.getElementById("stage").scrollHeight));
    await Promise.all([loaded, document.fonts.ready]);
    if (mine !== latest) return;
    fitAll(scope);
    root.dataset.drawn = String(++drawn);
  }

  function query() {
    const controls = document.getElementById("controls");
    const values = new URLSearchParams();
    if (!controls) return new URLSearchParams(location.search);
    for (const [key, value] of new FormData(controls)) {
      if (key !== "notification" && key !== "change") values.set(key, value);
    }
    return values;
  }

  function apply(values) {
    root.dataset.side = values.get("side") ?? root.dataset.side;
    root.dataset.scale = values.get("scale") ?? root.dataset.scale;
    root.dataset.page = values.get("page") ?? root.dataset.page;
    if (values.get("width")) root.style.setProperty("--phone", `${Number(values.get("width"))}px`);
  }

  function options(scope) {
    return [...scope.querySelectorAll("#controls option, #controls input[type=radio]")]
      .filter((option) => !option.closest("[name=notification]"))
      .map((option) => option.value).join("\n");
  }

  /** Puts a new face in place of the old one; what the person holds in hand stays where it can. */
  function replace(markup) {
    const fresh = document.createElement("template");
    fresh.innerHTML = markup;
    const focused = document.activeElement?.closest?.(".field")?.dataset.pointer;
    if (!document.getElementById("controls") || options(face) !== options(fresh.content)) {
      face.replaceChildren(fresh.content);
    } else {
      const state = fresh.content.querySelector("[name=state]:checked")?.value;
      for (const radio of document.querySelectorAll("[name=state]")) radio.checked = radio.value === state;
      for (const id of ["stage", "panel"]) {
        document.getElementById(id).replaceChildren(...fresh.content.getElementById(id).childNodes);
      }
    }
    if (focused) {
      const again = [...document.querySelectorAll("#stage .field")].find((field) => field.dataset.pointer === focused);
      again?.focus({ preventScroll: true });
    }
    return draw();
  }

  async function load(changed) {
    const values = query();
    // Another ticket comes in its own state.
    if (changed === "sample") values.delete("state");
    apply(values);
    if (mode === "kept") {
      const key = ["sample", "language", "state"]
        .map((part) => values.get(part) ?? root.dataset[part] ?? "").join("|");
      const faces = [...document.querySelectorAll("template[data-face]")];
      const stored = faces.find((one) => one.dataset.face === key)
        ?? faces.find((one) => one.dataset.own === "" && one.dataset.face.startsWith(key));
      return stored ? replace(stored.innerHTML) : draw();
    }
    const mine = ++latest;
    history.replaceState(null, "", `${location.pathname}?${values}`);
    const connection = document.getElementById("connection");
    try {
      const answer = await fetch(`/p/${encodeURIComponent(name)}/face?${values}`);
      const text = await answer.text();
      if (mine !== latest) return;
      if (!answer.ok) {
        connection.textContent = "It is gone from the folder.";
        return;
      }
      connection.textContent = "";
      await replace(text);
    } catch {
      if (mine === latest) connection.textContent = "The preview has ended; start it again.";
    }
  }

  async function loadGallery() {
    const mine = ++latest;
    const connection = document.getElementById("connection");
    try {
      const text = await (await fetch("/")).text();
      if (mine !== latest) return;
      connection.textContent = "";
      const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("gallery");
      if (fresh) document.getElementById("gallery").replaceChildren(...fresh.childNodes);
      await draw();
    } catch {
      if (mine === latest) connection.textContent = "The preview has ended; start it again.";
    }
  }

  function follow() {
    const again = () => (mode === "gallery" ? loadGallery() : load());
    const events = new EventSource("/events");
    let wasLost = false;
    events.addEventListener("change", (event) => {
      if (mode === "gallery" || event.data === "*" || decodeURIComponent(event.data) === name) again();
    });
    events.addEventListener("open", () => {
      if (wasLost) again();
      wasLost = false;
    });
    events.addEventListener("error", () => {
      wasLost = true;
      document.getElementById("connection").textContent = "The preview has ended; start it again.";
    });
  }

  document.addEventListener("change", (event) => {
    if (event.target.name === "notification") notify();
    else if (event.target.closest?.("#controls") && event.target.name !== "change") load(event.target.name);
  });
  document.addEventListener("input", (event) => {
    if (event.target.name === "change") notify();
  });
  document.addEventListener("submit", (event) => event.preventDefault());
  for (const kind of ["mouseover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const field = event.target.closest?.("#stage .field");
      if (field) inspect(field);
      const finding = event.target.closest?.("#findings [data-pointer]");
      for (const field of document.querySelectorAll("#stage .field")) {
        const place = field.dataset.place.replace(/\/(value|label)$/, "");
        field.classList.toggle("meant", Boolean(finding && `${finding.dataset.pointer}/`.startsWith(`${place}/`)));
      }
    });
  }
  // Who has chosen nothing sees what the system prefers.
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (prefersDark && mode !== "picture" && !new URLSearchParams(location.search).has("page")) {
    root.dataset.page = "dark";
    const dark = document.querySelector("[name=page][value=dark]");
    if (dark) dark.checked = true;
  }
  draw();
  if (mode === "live" || mode === "gallery") follow();
})();
