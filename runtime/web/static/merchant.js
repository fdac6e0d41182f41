// The merchant's page: upload goods and see what is wrong with them; try a sentence and see why.
const $ = (id) => document.getElementById(id);

const WORDS = {
  category: "类目", brand: "品牌", model: "型号", budget: "预算", area: "面积", people: "人数", who: "谁用", feature: "特点",
  quantity: "数量", color: "颜色", size: "规格", place: "地点", time: "时间", turn: "第几轮", goal: "目的", tactic: "策略",
  budget_min: "预算下限", budget_max: "预算上限", area_m2: "面积（㎡）", features: "特点", excluded: "不要的",
  rejected: "没看中的", shown: "看过的一组", seen: "看过的", offered: "说过的优惠", asked: "问过的",
};
const SORRY = {
  "request-entity-too-large": "文件超过 20 MB。",
  "empty-text": "没有看到要试的话。",
  "text-too-long": "一次最多试 500 个字。",
  internal: "掌柜出了点问题，请再试一次。",
};
const word = (name) => WORDS[name] ?? name;

function cell(content) {
  const node = document.createElement("td");
  node.append(content);
  return node;
}

function row(...contents) {
  const node = document.createElement("tr");
  node.append(...contents.map(cell));
  return node;
}

async function refreshCounts() {
  const shop = await (await fetch("/api/shop")).json();
  $("counts").textContent = `${shop.name}${shop.demo ? "（演示商品，上传后即替换）" : ""}：商品 ${shop.products} · 促销 ${shop.promotions} · 问答 ${shop.faqs} · 话术 ${shop.scripts}`;
}

async function answered(request) {
  try {
    const response = await request;
    return { ok: response.ok, ...(await response.json()) };
  } catch {
    return { ok: false, message: "连不上掌柜，请看看它是否在运行。" };
  }
}

$("upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = $("file").files[0];
  event.submitter.disabled = true;
  $("upload-result").textContent = "正在读取……";
  const url = `/api/catalog?name=${encodeURIComponent(file.name)}`;
  const answer = await answered(fetch(url, { method: "POST", body: file }));
  event.submitter.disabled = false;
  const errors = answer.rows ?? [];
  $("upload-errors").hidden = !errors.length;
  $("upload-errors").tBodies[0].replaceChildren(
    ...errors.map((bad) => row(bad.file, String(bad.row), bad.column, bad.expected, bad.got)),
  );
  $("upload-result").className = answer.ok ? "good" : "bad";
  $("upload-result").textContent = answer.ok
    ? `已更新：商品 ${answer.products}，促销 ${answer.promotions}，问答 ${answer.faqs}，话术 ${answer.scripts}。`
    : `没有导入任何内容。${SORRY[answer.code] ?? answer.message}`;
  if (answer.ok) refreshCounts();
});

function bars(values) {
  const list = document.createElement("div");
  for (const [name, p] of Object.entries(values).sort((a, b) => b[1] - a[1]).slice(0, 4)) {
    const line = document.createElement("div");
    const meter = document.createElement("meter");
    meter.value = p;
    line.append(`${name} ${(p * 100).toFixed(0)}% `, meter);
    list.append(line);
  }
  return list;
}

function lines(values) {
  const list = document.createElement("div");
  for (const value of values.length ? values : ["无"]) {
    const line = document.createElement("div");
    line.textContent = value;
    list.append(line);
  }
  return list;
}

$("try").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ text: $("sentence").value });
  const answer = await answered(fetch("/api/try", { method: "POST", body }));
  const table = $("try-result");
  table.hidden = false;
  if (!answer.ok) {
    table.tBodies[0].replaceChildren(row("错误", SORRY[answer.code] ?? answer.message));
    return;
  }
  table.tBodies[0].replaceChildren(
    row("意图", bars(answer.intents)),
    row("口径 A / B", `${answer.scheme_a} / ${answer.scheme_b}`),
    row("情绪", bars(answer.emotion)),
    row("槽位", lines(answer.slots.map((s) => `${word(s.name)}：${s.negated ? "不要 " : ""}${s.text}`))),
    row("记住的", lines(Object.entries(answer.state).map(([k, v]) => `${word(k)}：${Array.isArray(v) ? v.join("、") : v}`))),
    row("策略", `${answer.tactic}（${answer.why}）`),
    row("找到的商品", lines(answer.hits.map((h) => `${h.name} ¥${h.price}（${h.reason}）`))),
    row("可用事实", lines(answer.facts.map((f) => `${f.id}: ${f.text}`))),
    row("回答", answer.reply),
    row("来源", `${answer.source}；用到 ${answer.used.join("、") || "无"}`),
    row("用时", Object.entries(answer.timings_ms).map(([k, v]) => `${k} ${v}ms`).join(" · ")),
  );
});

refreshCounts();
