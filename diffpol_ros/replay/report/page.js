"use strict";
// Draws the panels over one shared axis of time; no library, nothing from outside the page.
const run = JSON.parse(document.getElementById("data").textContent);
const LEFT = 58, RIGHT = 8, TOP = 6, BOTTOM = 4, AXIS = 18;
const END = run.begin + Math.max(run.duration, 1e-3);
const view = { start: run.begin, end: END, at: null };
const INK = "#5b6570", GRID = "#eceff3";

function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function prepare(panel, isLast) {
  for (const curve of panel.curves) {
    for (const name of ["x", "y", "low", "high"]) if (name in curve) curve[name] = floats(curve[name]);
  }
  const box = document.createElement("div");
  box.className = "panel";
  const name = document.createElement("div");
  name.className = "name";
  const title = document.createElement("span");
  title.textContent = panel.unit ? `${panel.title} [${panel.unit}]` : panel.title;
  const told = document.createElement("span");
  told.className = "told";
  name.append(title, told);
  const canvas = document.createElement("canvas");
  box.append(name, canvas);
  document.getElementById("panels").append(box);
  return { panel, canvas, told, isLast };
}

const shown = run.panels.map((panel, index) => prepare(panel, index === run.panels.length - 1));

function nearest(curve, time) {
  let best = -1;
  for (let i = 0; i < curve.x.length; i++) {
    if (Number.isNaN(curve.x[i]) || Number.isNaN(curve.y[i])) continue;
    if (best < 0 || Math.abs(curve.x[i] - time) < Math.abs(curve.x[best] - time)) best = i;
  }
  return best;
}

function span(panel) {
  let low = Infinity, high = -Infinity;
  for (const curve of panel.curves) {
    for (let i = 0; i < curve.x.length; i++) {
      if (!(curve.x[i] >= view.start && curve.x[i] <= view.end) || Number.isNaN(curve.y[i])) continue;
      low = Math.min(low, curve.y[i]);
      high = Math.max(high, curve.y[i]);
    }
  }
  if (low > high) return [0, 1];
  const room = 0.06 * (high - low) || 0.05 * Math.abs(high) || 0.5;
  return [low - room, high + room];
}

function steps(low, high, count) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const found = [];
  for (let index = Math.ceil(low / step); index * step <= high; index++) found.push(index * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const tiny = Math.max(Math.abs(low), Math.abs(high)) < 1e-4;
  return { found, text: (value) => (tiny && value ? value.toExponential(1) : value.toFixed(tiny ? 0 : digits)) };
}

function trace(pen, curve, toX, toY) {
  pen.strokeStyle = pen.fillStyle = curve.colour;
  if (curve.low) {
    pen.globalAlpha = 0.22;
    for (let i = 0; i < curve.x.length; i++) {
      const x = toX(curve.x[i]);
      pen.fillRect(x - 1, toY(curve.high[i]), 2, Math.max(1, toY(curve.low[i]) - toY(curve.high[i])));
    }
    pen.globalAlpha = 1;
  }
  if (curve.dots) {
    const edge = curve.width * 1.7;
    for (let i = 0; i < curve.x.length; i++) {
      pen.fillRect(toX(curve.x[i]) - 0.5 * edge, toY(curve.y[i]) - 0.5 * edge, edge, edge);
    }
    return;
  }
  pen.lineWidth = curve.width;
  pen.beginPath();
  let down = false;
  for (let i = 0; i < curve.x.length; i++) {
    if (Number.isNaN(curve.y[i]) || Number.isNaN(curve.x[i])) { down = false; continue; }
    const x = toX(curve.x[i]), y = toY(curve.y[i]);
    // A value between two gaps is seen, too.
    if (!down) pen.moveTo(x - 0.5, y);
    pen.lineTo(x, y);
    down = true;
  }
  pen.stroke();
}

function draw({ panel, canvas, told, isLast }) {
  const width = canvas.clientWidth, height = panel.height + (isLast ? AXIS : 0), ratio = window.devicePixelRatio || 1;
  canvas.style.height = `${height}px`;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d"), floor = panel.height - BOTTOM;
  pen.scale(ratio, ratio);
  pen.font = "11px system-ui, sans-serif";
  const toX = (time) => LEFT + ((time - view.start) / (view.end - view.start)) * (width - LEFT - RIGHT);
  const seconds = steps(view.start, view.end, 10);
  pen.fillStyle = GRID;
  for (const time of seconds.found) pen.fillRect(toX(time), TOP, 1, floor - TOP);
  let words = [];
  if (panel.curves.length) {
    const [low, high] = span(panel), toY = (value) => floor - ((value - low) / (high - low)) * (floor - TOP);
    const values = steps(low, high, Math.max(2, panel.height / 30));
    pen.textAlign = "right";
    for (const value of values.found) {
      pen.fillStyle = GRID;
      pen.fillRect(LEFT, toY(value), width - LEFT - RIGHT, 1);
      pen.fillStyle = INK;
      pen.fillText(values.text(value), LEFT - 6, toY(value) + 4);
    }
    pen.save();
    pen.beginPath();
    pen.rect(LEFT, 0, width - LEFT - RIGHT, panel.height);
    pen.clip();
    for (const curve of panel.curves) trace(pen, curve, toX, toY);
    pen.restore();
    words = panel.curves.map((curve) => {
      const index = view.at === null ? -1 : nearest(curve, view.at);
      return [curve.colour, index < 0 ? curve.label : `${curve.label} ${curve.y[index].toPrecision(4)}`];
    });
  }
  for (const [start, end, colour, text] of panel.stretches) {
    if (end < view.start || start > view.end) continue;
    pen.fillStyle = colour;
    const from = Math.max(LEFT, toX(start)), to = Math.min(width - RIGHT, toX(end));
    pen.fillRect(from, TOP, Math.max(1, to - from), floor - TOP);
    if (view.at !== null && view.at >= start && view.at < end) words = [[INK, text]];
  }
  told.replaceChildren(...words.map(([colour, text]) => {
    const word = document.createElement("span");
    word.style.cssText = `color: ${colour.slice(0, 7)}; margin-left: 12px`;
    word.textContent = text;
    return word;
  }));
  if (view.at !== null) {
    pen.fillStyle = "#1f2933";
    pen.fillRect(toX(view.at), 0, 1, panel.height);
  }
  if (isLast) {
    pen.fillStyle = INK;
    pen.textAlign = "center";
    for (const time of seconds.found) pen.fillText(`${seconds.text(time)} s`, toX(time), height - 5);
  }
}

let asked = false;
function redraw() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; shown.forEach(draw); });
}

function look(start, end) {
  const wide = Math.min(Math.max(end - start, 0.02), END - run.begin);
  view.start = Math.min(Math.max(start, run.begin), END - wide);
  view.end = view.start + wide;
  redraw();
}

const panels = document.getElementById("panels");
const timeAt = (event) => {
  const box = event.target.getBoundingClientRect();
  const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
  return view.start + share * (view.end - view.start);
};
let held = null;
panels.addEventListener("mousemove", (event) => {
  if (event.target.tagName !== "CANVAS") return;
  if (held !== null) {
    const shift = held - timeAt(event);
    look(view.start + shift, view.end + shift);
  }
  view.at = timeAt(event);
  redraw();
});
panels.addEventListener("mousedown", (event) => { if (event.target.tagName === "CANVAS") held = timeAt(event); });
window.addEventListener("mouseup", () => { held = null; });
panels.addEventListener("mouseleave", () => { view.at = null; redraw(); });
panels.addEventListener("dblclick", () => look(run.begin, END));
panels.addEventListener("wheel", (event) => {
  if (event.target.tagName !== "CANVAS") return;
  event.preventDefault();
  const time = timeAt(event), factor = event.deltaY > 0 ? 1.25 : 0.8;
  look(time - (time - view.start) * factor, time + (view.end - time) * factor);
}, { passive: false });
for (const dated of document.querySelectorAll("[data-time]")) {
  dated.addEventListener("click", () => {
    const time = Number(dated.dataset.time);
    look(time - 1, time + 1);
    view.at = time;
    panels.scrollIntoView({ behavior: "smooth" });
  });
}
window.addEventListener("resize", redraw);
shown.forEach(draw);
