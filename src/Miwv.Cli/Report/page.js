'use strict';
const $ = id => document.getElementById(id);
const data = JSON.parse($('data').textContent);
$('data').remove();
const count = data.rows, metrics = data.metrics;
const bytes = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
const arrays = {};
for (const a of data.arrays) {
  const raw = bytes(a.data).buffer;
  arrays[a.name] = a.type === 'f32' ? new Float32Array(raw) : new Int32Array(raw);
}
const values = name => arrays['metric:' + name];
const miwv = values('miwv'), zero = values('zero_nll'), one = values('one_nll');
const fixed = (v, digits = 4) => Number.isFinite(v) ? v.toFixed(digits) : '–';
const whole = v => Math.round(v).toLocaleString('en-US');
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const make = (tag, text, cls) => { const e = document.createElement(tag); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; return e; };

const ranked = name => {
  const v = values(name), rows = [];
  for (let i = 0; i < count; i++) if (Number.isFinite(v[i])) rows.push(i);
  const sign = data.low.includes(name) ? -1 : 1; // from the end that a selection takes
  return Int32Array.from(rows.sort((a, b) => sign * (v[b] - v[a]) || a - b));
};
const orders = {}, order = name => orders[name] ??= ranked(name);
const main = [data.main, ...metrics].find(m => order(m).length) ?? 'miwv', lowBest = data.low.includes(main), unit = name => /^(miwv|zero_nll|one_nll)/.test(name) ? ' (nats a token)' : '';
let share = 5, metric = main;
const kept = (name, percent) => order(name).subarray(0, Math.max(1, Math.floor(percent * count / 100)));
let chosen = new Uint8Array(count);
const choose = () => { chosen = new Uint8Array(count); for (const row of kept(main, share)) chosen[row] = 1; };

// texts: unpacked behind the first drawing
let texts = null;
const unpack = async () => {
  const stream = new Blob([bytes(data.texts)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  texts = (await new Response(stream).text()).split('\u001e').map(row => row.split('\u001f'));
  data.texts = null;
};

function summary() {
  const s = data.summary ?? {}, settings = data.settings ?? {};
  $('subject').textContent = `${settings.data} · ${settings.model} · template ${settings.template} · ${data.program}`;
  const cards = [['rows', whole(count)]];
  for (const [name, n] of Object.entries(s.status ?? {})) cards.push([name, whole(n)]);
  cards.push(['zero-shot loss', fixed(s.mean_zero_shot, 3)], ['one-shot loss', fixed(s.mean_one_shot, 3)], ['mean MIWV', fixed(s.mean_miwv, 3)]);
  if (s.tokens_computed) cards.push(['tokens computed', whole(s.tokens_computed)], ['in a plain loop', (s.tokens_plain / s.tokens_computed).toFixed(2) + ' ×']);
  for (const [name, value] of cards) {
    const card = make('div', undefined, 'card');
    card.append(make('b', value), make('span', name));
    $('cards').append(card);
  }
  const ok = s.status?.ok ?? 0;
  if (ok && s.helped !== undefined) $('verdict').textContent = `The example lowered the loss of ${(100 * s.helped / ok).toFixed(1)} % of the scored rows. Losses are mean nats per answer token; MIWV is one-shot minus zero-shot loss.`;
}

function selections() {
  const table = $('selections'), head = table.createTHead().insertRow();
  for (const name of ['share', 'rows', `${lowBest ? 'highest' : 'lowest'} ${main}`, `mean ${main}`, 'mean zero-shot', 'mean one-shot', 'mean cosine', 'answer tokens']) head.append(make('th', name));
  for (const percent of [1, 5, 10, 15]) {
    const rows = kept(main, percent), line = table.insertRow();
    const mean = v => rows.length ? rows.reduce((sum, row) => sum + (v[row] || 0), 0) / rows.length : NaN;
    const cells = [percent + ' %', whole(rows.length), fixed(rows.length ? values(main)[rows[rows.length - 1]] : NaN), fixed(mean(values(main))), fixed(mean(zero)), fixed(mean(one)), fixed(mean(arrays.cosine)), whole(rows.reduce((sum, row) => sum + arrays.tokens[row], 0))];
    for (const text of cells) line.append(make('td', text));
    const button = make('button', `mark ${percent} %`);
    button.onclick = () => { share = percent; marks(); choose(); draw(); };
    button.dataset.share = percent;
    $('shares').append(button);
  }
  marks();
}
const marks = () => { for (const b of $('shares').children) b.setAttribute('aria-pressed', b.dataset.share == share); };

// charts
const charts = [];
function surface(canvas) {
  const scale = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = width * scale; canvas.height = height * scale;
  const g = canvas.getContext('2d');
  g.scale(scale, scale);
  g.font = '12px system-ui, sans-serif';
  return { g, width, height };
}
const span = (v, low = 0.002, high = 0.998) => {
  const seen = [], stride = Math.max(1, Math.floor(count / 20000));
  for (let i = 0; i < count; i += stride) if (Number.isFinite(v[i])) seen.push(v[i]);
  seen.sort((a, b) => a - b);
  if (!seen.length) return [0, 1];
  const a = seen[Math.floor(low * (seen.length - 1))], b = seen[Math.ceil(high * (seen.length - 1))], pad = (b - a) * 0.03 || 0.5;
  return [a - pad, b + pad];
};
const ticks = (low, high, most) => {
  const raw = (high - low) / most, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map(m => m * power).find(s => s >= raw), out = [];
  for (let v = Math.ceil(low / step) * step; v <= high; v += step) out.push(Math.abs(v) < step / 1e6 ? 0 : +v.toPrecision(6));
  return out;
};
const margin = { left: 46, right: 12, top: 8, bottom: 34 };
function axes(s, xs, ys, xName, yName, xText = v => String(v)) {
  const { g, width, height } = s, right = width - margin.right, bottom = height - margin.bottom;
  const x = v => margin.left + (v - xs[0]) / (xs[1] - xs[0]) * (right - margin.left), y = v => bottom - (v - ys[0]) / (ys[1] - ys[0]) * (bottom - margin.top);
  g.strokeStyle = css('--line'); g.fillStyle = css('--dim'); g.lineWidth = 1;
  g.textAlign = 'center';
  for (const v of ticks(...xs, Math.max(2, width / 90))) { g.beginPath(); g.moveTo(x(v), margin.top); g.lineTo(x(v), bottom); g.stroke(); g.fillText(xText(v), x(v), bottom + 15); }
  g.textAlign = 'right';
  for (const v of ticks(...ys, 5)) { g.beginPath(); g.moveTo(margin.left, y(v)); g.lineTo(right, y(v)); g.stroke(); g.fillText(Math.abs(v) >= 1e4 ? whole(v) : String(v), margin.left - 6, y(v) + 4); }
  g.textAlign = 'center'; g.fillText(xName, (margin.left + right) / 2, height - 4);
  g.save(); g.translate(11, (margin.top + bottom) / 2); g.rotate(-Math.PI / 2); g.fillText(yName, 0, 0); g.restore();
  return { x, y, right, bottom };
}
const hues = ['#4e79a7', '#f28e2b', '#59a14f', '#e15759', '#76b7b2', '#b07aa1', '#edc948', '#9c755f', '#ff9da7', '#86bcb6', '#d37295', '#8cd17d'];

function cloud(canvas, u, v, options) {
  const chart = { canvas, draw() {
    const s = surface(canvas), { g } = s, xs = options.xs ?? span(u), ys = options.ys ?? span(v);
    let place;
    if (options.plain) {
      const w = s.width - 16, h = s.height - 16;
      place = { x: a => 8 + (a - xs[0]) / (xs[1] - xs[0]) * w, y: b => 8 + h - (b - ys[0]) / (ys[1] - ys[0]) * h };
    } else place = axes(s, xs, ys, options.xName, options.yName, options.xText);
    const size = count > 20000 ? 1.4 : count > 4000 ? 2 : 2.6;
    const px = new Float32Array(count).fill(NaN), py = new Float32Array(count);
    g.globalAlpha = count > 20000 ? 0.35 : 0.55;
    g.fillStyle = css('--points');
    const points = mark => {
      for (let i = 0; i < count; i++) {
        if (chosen[i] !== mark || !(u[i] >= xs[0] && u[i] <= xs[1] && v[i] >= ys[0] && v[i] <= ys[1])) continue;
        px[i] = place.x(u[i]); py[i] = place.y(v[i]);
        if (!mark && options.color) g.fillStyle = options.color(i);
        g.fillRect(px[i] - size / 2, py[i] - size / 2, size, size);
      }
    };
    points(0);
    g.globalAlpha = options.plain ? 1 : 0.8;
    g.fillStyle = options.plain ? css('--text') : css('--chosen');
    points(1);
    g.globalAlpha = 1;
    if (options.diagonal) {
      const low = Math.max(xs[0], ys[0]), high = Math.min(xs[1], ys[1]);
      g.strokeStyle = css('--text'); g.setLineDash([4, 4]); g.beginPath(); g.moveTo(place.x(low), place.y(low)); g.lineTo(place.x(high), place.y(high)); g.stroke(); g.setLineDash([]);
    }
    if (options.median) medians(g, place, u, v, xs);
    chart.points = [px, py];
  } };
  charts.push(chart);
  canvas.onpointermove = e => tip(e, chart);
  canvas.onpointerleave = () => { $('tip').hidden = true; };
  canvas.onclick = e => { const row = nearest(e, chart); if (row >= 0) show('id:' + texts[row][0]); };
}
function medians(g, place, u, v, xs) {
  const bins = Array.from({ length: 14 }, () => []);
  for (let i = 0; i < count; i++) if (u[i] >= xs[0] && u[i] < xs[1] && Number.isFinite(v[i])) bins[Math.floor((u[i] - xs[0]) / (xs[1] - xs[0]) * 14)].push(v[i]);
  g.strokeStyle = css('--text'); g.lineWidth = 1.6; g.beginPath();
  let begun = false;
  bins.forEach((bin, i) => {
    if (bin.length < 5) return;
    bin.sort((a, b) => a - b);
    const at = [place.x(xs[0] + (i + 0.5) / 14 * (xs[1] - xs[0])), place.y(bin[bin.length >> 1])];
    begun ? g.lineTo(...at) : g.moveTo(...at);
    begun = true;
  });
  g.stroke();
}
function nearest(event, chart) {
  if (!chart.points || !texts) return -1;
  const box = chart.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top, [px, py] = chart.points;
  let best = 144, row = -1;
  for (let i = 0; i < count; i++) { const d = (px[i] - x) ** 2 + (py[i] - y) ** 2; if (d < best) { best = d; row = i; } }
  return row;
}
function tip(event, chart) {
  const row = nearest(event, chart), box = $('tip');
  box.hidden = row < 0;
  if (row < 0) return;
  box.textContent = `${texts[row][0]}  MIWV ${fixed(miwv[row], 3)}  ${texts[row][2].slice(0, 160)}`;
  box.style.left = Math.max(4, Math.min(event.pageX + 12, document.documentElement.clientWidth - 330)) + 'px';
  box.style.top = event.pageY + 14 + 'px';
}
function histogram() {
  const chart = { draw() {
    const s = surface($('histogram')), { g } = s, v = values(metric), xs = span(v), bins = new Float64Array(Math.max(20, Math.min(120, Math.floor(s.width / 8)))), marked = new Float64Array(bins.length);
    let n = 0, sum = 0;
    for (let i = 0; i < count; i++) {
      if (!Number.isFinite(v[i])) continue;
      const bin = Math.max(0, Math.min(bins.length - 1, Math.floor((v[i] - xs[0]) / (xs[1] - xs[0]) * bins.length)));
      bins[bin]++; n++; sum += v[i];
      if (chosen[i]) marked[bin]++;
    }
    const top = Math.max(1, ...bins) * 1.05, place = axes(s, xs, [0, top], metric + unit(metric), 'rows'), wide = (place.right - margin.left) / bins.length;
    bins.forEach((b, i) => {
      g.fillStyle = css('--points'); g.fillRect(margin.left + i * wide + 0.5, place.y(b), Math.max(1, wide - 1), place.bottom - place.y(b));
      g.fillStyle = css('--chosen'); g.fillRect(margin.left + i * wide + 0.5, place.y(marked[i]), Math.max(1, wide - 1), place.bottom - place.y(marked[i]));
    });
    if (xs[0] < 0 && xs[1] > 0) { g.strokeStyle = css('--text'); g.setLineDash([4, 4]); g.beginPath(); g.moveTo(place.x(0), margin.top); g.lineTo(place.x(0), place.bottom); g.stroke(); g.setLineDash([]); }
    $('histogram-note').textContent = `${whole(n)} rows, mean ${fixed(sum / n, 3)}; marked: the top ${share} % by ${main}; outer 0.2 % at the edges`;
  } };
  for (const name of metrics) $('metric').append(new Option(name, name));
  $('metric').onchange = () => { metric = $('metric').value; draw(); };
  charts.push(chart);
}
const draw = () => { for (const chart of charts) chart.draw(); };

// metrics against each other
function comparison() {
  // a number that is the same for all ranks nothing
  const varies = v => { let first; for (let i = 0; i < count; i++) if (Number.isFinite(v[i])) { if (first === undefined) first = v[i]; else if (v[i] !== first) return true; } return false; };
  const known = metrics.filter(name => order(name).length > 2 && varies(values(name))), table = $('correlations');
  const columns = { ...Object.fromEntries(known.map(name => [name, values(name)])), 'answer tokens': Float32Array.from(arrays.tokens) };
  const names = Object.keys(columns), head = table.createTHead().insertRow();
  const sorted = (v, sign) => { const rows = []; for (let i = 0; i < count; i++) if (Number.isFinite(v[i]) && Number.isFinite(values(main)[i])) rows.push(i); return rows.sort((a, b) => sign * (v[b] - v[a]) || a - b); };
  const lists = names.map(name => sorted(columns[name], data.low.includes(name) ? -1 : 1)), ranks = lists.map((list, k) => {
    const rank = new Float64Array(count).fill(NaN), v = columns[names[k]];
    for (let i = 0; i < list.length;) { let j = i; while (j < list.length && v[list[j]] === v[list[i]]) j++; for (let t = i; t < j; t++) rank[list[t]] = (i + j - 1) / 2; i = j; }
    return rank;
  });
  const tops = lists.map(list => new Set(list.slice(0, Math.max(1, Math.floor(list.length / 20)))));
  head.append(make('th', ''));
  for (const name of names) head.append(make('th', name));
  names.forEach((name, a) => {
    const line = table.insertRow();
    line.append(make('th', name));
    names.forEach((_, b) => line.append(make('td', a === b ? '' : `${pearson(ranks[a], ranks[b]).toFixed(2)} (${Math.round(100 * [...tops[a]].filter(row => tops[b].has(row)).length / tops[a].size)} %)`)));
  });
}
function pearson(a, b) {
  let n = 0, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
  for (let i = 0; i < count; i++) if (!Number.isNaN(a[i]) && !Number.isNaN(b[i])) { n++; sa += a[i]; sb += b[i]; }
  const ma = sa / n, mb = sb / n;
  for (let i = 0; i < count; i++) if (!Number.isNaN(a[i]) && !Number.isNaN(b[i])) { aa += (a[i] - ma) ** 2; bb += (b[i] - mb) ** 2; ab += (a[i] - ma) * (b[i] - mb); }
  return ab / Math.sqrt(aa * bb);
}

// rows
const size = 50;
let list = 'top', page = 0, column = null, ascending = false, current = [];
const columns = [['#', null], ['id', 'id'], ...metrics.indexOf(main) > 2 ? [[main, 'metric:' + main]] : [], ['miwv', 'metric:miwv'], ['zero', 'metric:zero_nll'], ['one', 'metric:one_nll'], ['cosine', 'cosine'], ['tokens', 'tokens'], ['prompt', 'prompt']];
const lists = { top: 'top', bottom: 'bottom', failed: 'not scored', all: 'all in file order' };
function base() {
  const scored = order(main);
  if (list === 'top') return Array.from(scored);
  if (list === 'bottom') return Array.from(scored).reverse();
  const rows = Array.from({ length: count }, (_, i) => i);
  return list === 'failed' ? rows.filter(row => texts[row][1] !== 'ok') : rows;
}
function refresh() {
  const query = $('search').value.trim().toLowerCase();
  current = base();
  if (query.startsWith('id:')) current = Array.from({ length: count }, (_, i) => i).filter(row => texts[row][0].toLowerCase() === query.slice(3));
  else if (query) current = current.filter(row => texts[row].some(text => text.toLowerCase().includes(query)));
  if (column) {
    const key = column === 'id' ? row => texts[row][0] : column === 'prompt' ? row => texts[row][2] : row => arrays[column][row];
    const sign = ascending ? 1 : -1;
    current.sort((a, b) => {
      const x = key(a), y = key(b);
      if (typeof x === 'string') return sign * x.localeCompare(y) || a - b;
      return Number.isNaN(x) - Number.isNaN(y) || sign * (x - y) || a - b;
    });
  }
  page = 0;
  rows();
}
function rows() {
  const table = $('rows');
  table.replaceChildren();
  const group = table.appendChild(make('colgroup'));
  for (const width of ['60px', '120px', ...columns.slice(2, -3).map(() => '86px'), '78px', '76px', '']) { const col = make('col'); col.style.width = width; group.append(col); }
  const head = table.createTHead().insertRow();
  for (const [name, key] of columns) {
    const th = make('th', undefined, key === 'id' || key === 'prompt' ? 'text' : '');
    if (key) {
      const button = make('button', name + (column === key ? (ascending ? ' ▲' : ' ▼') : ''));
      button.onclick = () => { ascending = column === key ? !ascending : key === 'id' || key === 'prompt'; column = key; refresh(); };
      th.append(button);
    } else th.textContent = name;
    head.append(th);
  }
  const body = table.createTBody();
  for (let place = page * size; place < Math.min(current.length, (page + 1) * size); place++) {
    const row = current[place], line = body.insertRow();
    line.className = 'row'; line.tabIndex = 0;
    const value = miwv[row], status = texts[row][1];
    line.append(make('td', String(place + 1)), make('td', texts[row][0], 'text'));
    if (metrics.indexOf(main) > 2) line.append(make('td', fixed(values(main)[row])));
    line.append(make('td', fixed(value), value > 0 ? 'hurts' : 'helps'), make('td', fixed(zero[row])), make('td', fixed(one[row])), make('td', fixed(arrays.cosine[row], 3)), make('td', String(arrays.tokens[row])), make('td', (status === 'ok' ? '' : `[${status}] `) + texts[row][2].slice(0, 300), 'text'));
    line.onclick = () => open(line, row);
    line.onkeydown = e => { if (e.key === 'Enter') open(line, row); };
  }
  $('found').textContent = `${whole(current.length)} rows`;
  pager();
}
function open(line, row) {
  if (line.nextSibling?.classList?.contains('open')) return line.nextSibling.remove();
  const tr = make('tr', undefined, 'open'), td = tr.appendChild(make('td')), pair = td.appendChild(make('div', undefined, 'pair'));
  td.colSpan = columns.length;
  td.className = 'text';
  for (const [title, at] of [['this row', row], ['its neighbour (the example)', arrays.neighbor[row]]]) {
    const side = pair.appendChild(make('div'));
    if (at < 0) { side.append(make('h3', 'no neighbour')); continue; }
    side.append(make('h3', `${title}: ${texts[at][0]}`), make('pre', texts[at][2]), make('h3', 'answer'), make('pre', texts[at][3]));
    if (at === row && metrics.length > 3) side.append(make('h3', metrics.slice(3).map(name => `${name} ${fixed(values(name)[row])}`).join(' · ')));
  }
  line.after(tr);
}
function pager() {
  const last = Math.max(0, Math.ceil(current.length / size) - 1);
  $('pages').replaceChildren();
  for (const [name, to] of [['first', 0], ['back', page - 1], ['next', page + 1], ['last', last]]) {
    const button = make('button', name);
    button.disabled = to < 0 || to > last || to === page;
    button.onclick = () => { page = to; rows(); };
    $('pages').append(button);
  }
  $('pages').append(make('span', `page ${page + 1} of ${last + 1}`, 'note'));
}
function show(query) { $('search').value = query; refresh(); $('rows').scrollIntoView({ behavior: 'smooth', block: 'center' }); }

function settings() {
  for (const [group, entries] of [['', data.settings], ['', data.identity]])
    for (const [name, value] of Object.entries(entries ?? {})) {
      if (value === null || value === '') continue;
      const line = $('settings').insertRow();
      line.append(make('td', group + name), make('td', String(value)));
    }
}

choose();
summary();
selections();
histogram();
cloud($('losses'), zero, one, { xName: 'zero-shot loss', yName: 'one-shot loss', diagonal: true });
const logTokens = Float32Array.from(arrays.tokens, t => t > 0 ? Math.log10(t) : NaN);
cloud($('length'), logTokens, values(main), { xName: 'answer tokens', yName: main, median: true, xText: v => Number.isInteger(v) ? String(10 ** v) : whole(10 ** v) });
cloud($('similarity'), arrays.cosine, values(main), { xName: 'cosine', yName: main, median: true });
if (arrays.x) cloud($('map'), arrays.x, arrays.y, { plain: true, xs: span(arrays.x, 0, 1), ys: span(arrays.y, 0, 1), color: i => hues[Math.max(0, arrays.cluster[i]) % hues.length] });
else $('map-figure').remove();
for (const [key, name] of Object.entries(lists)) {
  const button = make('button', name);
  const press = () => { for (const b of $('lists').children) b.setAttribute('aria-pressed', b === button); };
  button.onclick = () => { list = key; column = null; press(); refresh(); };
  $('lists').append(button);
  if (key === list) press();
}
let later;
$('search').oninput = () => { clearTimeout(later); later = setTimeout(refresh, 150); };
addEventListener('resize', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
settings();
draw();
document.documentElement.dataset.drawn = Math.round(performance.now());
unpack().then(() => {
  refresh();
  comparison();
  document.documentElement.dataset.ready = Math.round(performance.now());
});
