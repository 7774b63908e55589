// What is wrong with the page as it stands, as a list of sentences; an open dialog is judged alone.
() => {
  const wrong = [];
  const open = document.querySelector("dialog[open]");
  const root = open || document.body;
  const seen = (element) => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && !element.closest(".sr-only");
  };
  const what = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 100);
  const named = (element) => {
    const label = element.id && document.querySelector(`label[for="${CSS.escape(element.id)}"]`);
    return (element.getAttribute("aria-label") || (label && label.textContent) || element.textContent || "").trim();
  };

  if (!document.documentElement.lang) wrong.push("the page has no language");
  if (!document.title.trim()) wrong.push("the page has no title");

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) wrong.push(`twice the same id: ${id}`);
  for (const element of document.querySelectorAll("[aria-describedby], [aria-controls], [aria-labelledby]")) {
    for (const name of ["aria-describedby", "aria-controls", "aria-labelledby"]) {
      for (const id of (element.getAttribute(name) || "").split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id) && element.tagName !== "DIALOG") wrong.push(`${name} names nothing: ${what(element)}`);
      }
    }
  }

  for (const element of root.querySelectorAll("a[href], button, input, select, textarea")) {
    if (!seen(element)) continue;
    if (!named(element)) wrong.push(`no name: ${what(element)}`);
    const box = element.getBoundingClientRect();
    if (Math.min(box.width, box.height) < 24 && !element.closest(".prose")) wrong.push(`too small to hit: ${what(element)}`);
  }
  for (const field of root.querySelectorAll("[aria-invalid=true]")) {
    if (!field.getAttribute("aria-describedby")) wrong.push(`an error that is not tied to its field: ${what(field)}`);
  }

  const headings = [...root.querySelectorAll("h1, h2, h3, h4")].filter(seen);
  const tops = headings.filter((heading) => heading.tagName === "H1");
  if (!open && tops.length > 1) wrong.push("more than one h1");
  let last = open ? 1 : 0;
  if (!open && tops.length) {
    for (const heading of headings.slice(headings.indexOf(tops[0]))) {
      const level = Number(heading.tagName[1]);
      if (level > last + 1) wrong.push(`a heading is skipped before ${what(heading)}`);
      last = level;
    }
  }

  const colour = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const back = colour(getComputedStyle(at).backgroundColor);
      layers.push(back);
      if (back.a === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), { r: 255, g: 255, b: 255, a: 1 });
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !seen(element) || element.closest("script, [disabled], option, noscript")) continue;
    const style = getComputedStyle(element), back = ground(element);
    const [a, b] = [light(over(colour(style.color), back)), light(back)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${what(element)}`);
  }
  return [...new Set(wrong)];
}
