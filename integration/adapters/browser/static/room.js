// The demo's room: send, show, ask again. What is shown was made by the server; this script only puts it in its place.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const TIMEOUT = 15000, FASTEST = 1000, SLOWEST = 5000, HIDDEN = 15000;

// ---------------------------------------------------------------- the list of people

function searchPeople() {
  const box = $("#search"), entries = $$("#people li"), units = $$("#people .unit"), status = $("#search-status");
  const find = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const entry of entries) entry.hidden = !words.every((word) => entry.dataset.find.includes(word));
    for (const unit of units) unit.hidden = !$("li:not([hidden])", unit);
    const found = entries.filter((entry) => !entry.hidden);
    $("#nobody").hidden = found.length > 0;
    status.textContent = words.length ? `${found.length} ${status.dataset.text}` : "";
    return found;
  };
  box.addEventListener("input", find);
  box.addEventListener("keydown", (event) => {
    const first = find()[0];
    if (event.key === "Enter" && box.value && first) $("a", first).click();
  });
  if (box.value) find();
  const current = $("#people [aria-current]");
  if (current) current.scrollIntoView({ block: "center" });
}

function showUnread({ ...unread }) {
  // Whoever looks at the conversation is reading it.
  const own = $("#people [aria-current] [data-unread]");
  if (own && !document.hidden) delete unread[own.dataset.unread];
  for (const badge of $$("[data-unread]")) {
    const count = unread[badge.dataset.unread] || 0;
    badge.hidden = !count;
    $(".count", badge).textContent = count;
  }
  const others = $("[data-unread-others]");
  if (!others) return;
  const count = Object.values(unread).reduce((sum, each) => sum + each, 0);
  others.hidden = !count;
  $(".count", others).textContent = count;
}

// ---------------------------------------------------------------- the conversation

class Room {
  constructor(main) {
    this.main = main;
    this.base = main.dataset.base;
    this.state = main.dataset.state;
    this.words = main.dataset;
    this.list = $(".messages", main);
    this.scroller = $(".scroller", main);
    this.box = $("#message", main);
    this.dialog = $("dialog", main);
    this.busy = false;
    this.wait = FASTEST;
    this.shown = new Map($$(".message", this.list).map((item) => [Number(item.dataset.id), null]));
    this.draft = `draft:${this.base}`;
  }

  start() {
    // Whoever is faster than this script keeps what they typed.
    this.box.value ||= sessionStorage.getItem(this.draft) || "";
    this.grow();
    this.box.addEventListener("input", () => { sessionStorage.setItem(this.draft, this.box.value); this.grow(); });
    $(".composer", this.main).addEventListener("submit", (event) => { event.preventDefault(); this.type(); });
    this.main.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("submit", (event) => { event.preventDefault(); this.submit(event.target); });
    this.dialog.addEventListener("cancel", (event) => { if (!this.mayClose()) event.preventDefault(); });
    this.dialog.addEventListener("input", () => { this.dirty = true; });
    document.addEventListener("visibilitychange", () => this.soon());
    this.toEnd();
    this.seen();
    if (matchMedia("(hover: hover)").matches) this.box.focus({ preventScroll: true });
    this.timer = setTimeout(() => this.poll(), FASTEST);
  }

  // ------------------------------------------------ talking to the server

  async ask(path, body) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), TIMEOUT);
    const options = body
      ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: controller.signal }
      : { signal: controller.signal };
    try {
      const response = await fetch(this.base + path, options);
      const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
      if (!response.ok && !answer.error) throw new Error(String(response.status));
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  async poll() {
    clearTimeout(this.timer);
    try {
      const known = this.state;
      const answer = await this.ask(`/messages?state=${encodeURIComponent(known)}`);
      this.connected(true);
      // Something that was sent meanwhile has brought a newer state.
      if (known === this.state) this.show(answer);
      this.wait = answer.messages ? FASTEST : Math.min(this.wait * 1.1, SLOWEST);
    } catch {
      this.connected(false);
      this.wait = Math.min(this.wait * 1.6, 2 * SLOWEST);
    }
    this.timer = setTimeout(() => this.poll(), document.hidden ? HIDDEN : this.wait);
  }

  soon() {
    if (document.hidden) return;
    this.wait = FASTEST;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(), 0);
  }

  connected(yes) {
    const line = $(".connection", this.main);
    if (line.hidden === yes) return;
    line.hidden = yes;
    line.textContent = yes ? "" : this.words.offline;
  }

  seen() {
    const last = Math.max(0, ...this.shown.keys());
    if (!last || last === this.lastSeen || document.hidden) return;
    this.lastSeen = last;
    this.ask("/seen", { up_to: last }).catch(() => { this.lastSeen = 0; });
  }

  // ------------------------------------------------ what a person does

  type() {
    const text = this.box.value.trim();
    if (!text || this.busy) return;
    this.box.value = "";
    sessionStorage.removeItem(this.draft);
    this.grow();
    this.send(text, crypto.randomUUID());
  }

  async send(text, key) {
    if (this.busy) return;
    this.setBusy(true);
    const bubble = this.pending(text);
    try {
      const answer = await this.ask("/say", { text, key });
      bubble.remove();
      this.took(answer);
    } catch {
      this.failed(bubble, text, key);
    }
    this.setBusy(false);
  }

  async press(button) {
    if (this.busy) return;
    this.setBusy(true);
    button.setAttribute("aria-busy", "true");
    try {
      this.took(await this.ask("/press", { token: button.dataset.token, key: crypto.randomUUID() }));
    } catch {
      this.connected(false);
    }
    button.removeAttribute("aria-busy");
    this.setBusy(false);
  }

  async submit(form) {
    if (this.busy) return;
    this.setBusy(true);
    const button = $("[type=submit]", form);
    button.setAttribute("aria-busy", "true");
    const values = Object.fromEntries(new FormData(form));
    try {
      const answer = await this.ask("/submit", { token: form.dataset.token, values, key: crypto.randomUUID() });
      if (answer.error) this.complain(form, answer.error);
      else {
        if (!answer.form) this.dialog.close();
        this.took(answer);
      }
    } catch {
      this.complain(form, this.words.failed);
    }
    button.removeAttribute("aria-busy");
    this.setBusy(false);
  }

  setBusy(busy) {
    this.busy = busy;
    $(".send", this.main).setAttribute("aria-busy", String(busy));
  }

  clicked(event) {
    const target = event.target.closest("button, [data-close]");
    if (!target) return;
    if (target.dataset.say) this.send(target.dataset.say, crypto.randomUUID());
    else if (target.dataset.token) this.press(target);
    else if ("close" in target.dataset && this.mayClose()) this.dialog.close();
  }

  // ------------------------------------------------ what the page shows

  took(answer) {
    this.connected(true);
    if (answer.error) this.tell(answer.error);
    this.show(answer, true);
    if (answer.form) this.open(answer.form);
    this.soon();
  }

  show(answer, own = false) {
    if (answer.unread) showUnread(answer.unread);
    if (!answer.messages) return;
    const atEnd = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 80;
    const before = this.list.children.length;
    this.state = answer.state;
    this.place(answer.messages);
    $(".empty", this.main).hidden = this.list.children.length > 0;
    if (own || (atEnd && this.list.children.length !== before)) this.toEnd();
    this.seen();
  }

  place(messages) {
    const ids = new Set(messages.map((message) => message.id));
    for (const item of $$(".message[data-id]", this.list)) if (!ids.has(Number(item.dataset.id))) item.remove();
    const waiting = $(".message:not([data-id])", this.list);
    for (const { id, html } of messages) {
      const there = $(`#message-${id}`, this.list);
      const known = this.shown.get(id);
      this.shown.set(id, html);
      if (there && (known === html || known === null && same(there, html))) continue;
      const item = made(html);
      if (there) there.replaceWith(item);
      else this.list.insertBefore(item, waiting);
    }
  }

  pending(text) {
    const item = document.createElement("li");
    item.className = "message own waiting";
    item.innerHTML = '<div class="bubble"><p class="typed"></p></div><p class="delivery"></p>';
    $(".typed", item).textContent = text;
    $(".delivery", item).textContent = this.words.sending;
    $(".empty", this.main).hidden = true;
    this.list.append(item);
    this.toEnd();
    return item;
  }

  failed(bubble, text, key) {
    bubble.className = "message own failed";
    const line = $(".delivery", bubble);
    line.textContent = this.words.failed;
    const again = small(this.words.again, () => { if (!this.busy) { bubble.remove(); this.send(text, key); } });
    const edit = small(this.words.edit, () => { bubble.remove(); this.box.value = text; this.grow(); this.box.focus(); });
    line.append(again, edit);
    again.focus();
    this.toEnd();
  }

  tell(text) {
    const item = document.createElement("li");
    item.className = "message bot refused";
    item.innerHTML = '<div class="bubble"><p class="prose"></p></div>';
    $(".prose", item).textContent = text;
    this.list.append(item);
    this.toEnd();
  }

  toEnd() { this.scroller.scrollTop = this.scroller.scrollHeight; }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
  }

  // ------------------------------------------------ the form's window

  open(html) {
    this.dialog.innerHTML = html;
    this.dirty = Boolean($(".wrong, .notice.bad", this.dialog));
    if (!this.dialog.open) this.dialog.showModal();
    const first = $("[aria-invalid]", this.dialog) || $(".notice.bad", this.dialog) || $("input, select, textarea", this.dialog);
    if (first) first.focus();
  }

  mayClose() { return !this.dirty || confirm(this.words.discard); }

  complain(form, text) {
    $(".window-body > .notice", form)?.remove();
    const notice = document.createElement("div");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    $(".window-body", form).prepend(notice);
    notice.scrollIntoView({ block: "nearest" });
  }
}

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

function same(item, html) { return item.outerHTML === made(html).outerHTML; }

function small(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

// ---------------------------------------------------------------- completion in the message box

function completeCommands(box, form) {
  const list = $("#hints"), options = $$("li", list);
  let chosen = -1;
  const visible = () => options.filter((option) => !option.hidden);
  const close = () => { list.hidden = true; choose(-1); };
  const choose = (index) => {
    chosen = index;
    const shown = visible();
    options.forEach((option) => option.setAttribute("aria-selected", String(option === shown[chosen])));
    if (shown[chosen]) {
      box.setAttribute("aria-activedescendant", shown[chosen].id);
      shown[chosen].scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };
  const update = () => {
    const typed = box.value.toLowerCase();
    for (const option of options) {
      const { command } = option.dataset;
      // While the command is being typed all that fit, afterwards the one whose arguments may follow.
      option.hidden = !(command.startsWith(typed) || (option.dataset.arguments && typed.startsWith(command + " ")));
    }
    list.hidden = !typed.startsWith("/") || typed.includes("\n") || !visible().length;
    choose(-1);
  };
  const take = (option) => {
    box.value = option.dataset.command + (option.dataset.arguments ? " " : "");
    box.dispatchEvent(new Event("input"));
    if (!option.dataset.arguments) close();
    box.focus();
  };
  box.addEventListener("input", update);
  box.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const option = event.target.closest("li"); if (option) take(option); });
  box.addEventListener("keydown", (event) => {
    const shown = list.hidden ? [] : visible();
    if (shown.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(chosen < 0 ? (step > 0 ? 0 : shown.length - 1) : (chosen + step + shown.length) % shown.length);
    } else if (event.key === "Escape") close();
    else if (event.key === "Tab" && !event.shiftKey && shown.length && box.value.trim() !== shown[Math.max(chosen, 0)].dataset.command
      && shown[Math.max(chosen, 0)].dataset.command.startsWith(box.value.toLowerCase())) {
      event.preventDefault();
      take(shown[Math.max(chosen, 0)]);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (shown[chosen]) take(shown[chosen]);
      else { close(); form.requestSubmit(); }
    }
  });
}

searchPeople();
const main = $("main[data-base]");
if (main) {
  new Room(main).start();
  completeCommands($("#message"), $(".composer"));
}
