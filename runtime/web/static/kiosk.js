// The customer's page: text or speech to the shop over one socket, answers shown as they are formed.
import { Microphone } from "/static/microphone.js";

const $ = (id) => document.getElementById(id);
const STAGES = {
  hear: "听写", understand: "理解", state: "对话", retrieve: "检索", prompt: "组稿",
  first_text: "首字", generate: "生成", commit: "入库", total: "合计",
};
const SORRY = {
  "empty-text": "没有看到要说的话，请再说一遍。",
  "text-too-long": "一次最多说 500 个字，请分几句说。",
  busy: "上一句还没有答完，请稍等。",
  full: "现在咨询的人太多，请稍等一会儿。",
  "model-missing": "本机还没有安装语音识别模型，暂时只能打字。",
};
const OF_NO_ANSWER = ["full", "model-missing", "not-listening", "audio-rate", "bad-message"];
const loadedAt = Date.now();
const microphone = new Microphone((pcm) => socket?.readyState === WebSocket.OPEN && socket.send(pcm));

let socket = null;
let retryMs = 500;
let wasConnected = false;
let answers = []; // bubbles that wait for their words, the one being written first
let cardsViewed = 0;

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function show(node) {
  $("talk").append(node);
  node.scrollIntoView({ block: "end" });
  return node;
}

function showMine(text) {
  $("hints").hidden = true;
  show(element("div", "mine")).append(element("div", "bubble", text));
}

function openAnswer() {
  const row = show(element("div", "shop"));
  const bubble = row.appendChild(element("div", "bubble"));
  return { row, bubble };
}

function awaitAnswer() {
  const answer = openAnswer();
  answers.push(answer);
  return answer;
}

function banner(text) {
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

function yuan(price) {
  return "¥" + price.toLocaleString("zh-CN", { maximumFractionDigits: 2 });
}

function card(product) {
  const box = element("article", "card");
  const price = element("div", "price", yuan(product.price));
  if (product.list_price > product.price) price.append(element("s", "", yuan(product.list_price)));
  box.append(
    element("h3", "", product.name),
    price,
    element("div", "reason", product.reason || product.features.join(" · ")),
  );
  return box;
}

function meta(message) {
  const strip = element("div", "meta");
  strip.append(element("span", "", "AI 生成"));
  const words = { template: "固定答复", handoff: "转人工" };
  if (words[message.source]) strip.append(element("span", "", words[message.source]));
  for (const [stage, ms] of Object.entries(message.timings_ms ?? {})) {
    strip.append(element("span", "", `${STAGES[stage] ?? stage} ${ms.toFixed(ms < 10 ? 1 : 0)}ms`));
  }
  return strip;
}

const on = {
  welcome(message) {
    sessionStorage.setItem("session", message.session);
    $("shop").textContent = message.shop;
    document.title = message.shop;
    $("mic").disabled = !message.voice;
    banner(message.voice ? "" : "本机还没有安装语音识别模型，暂时只能打字。店主可运行 zhanggui models pull vosk-small-cn。");
    if (!wasConnected) {
      for (const past of message.history) {
        showMine(past.customer);
        openAnswer().bubble.textContent = past.shop;
      }
    }
    wasConnected = true;
    retryMs = 500;
  },
  partial(message) {
    $("partial").hidden = false;
    $("partial").replaceChildren(
      element("b", "", message.text.slice(0, message.stable)),
      document.createTextNode(message.text.slice(message.stable)),
    );
  },
  heard(message) {
    $("partial").hidden = true;
    if (message.text) {
      showMine(message.text);
      awaitAnswer();
    }
  },
  piece(message) {
    const answer = answers[0] ?? awaitAnswer();
    answer.bubble.textContent += message.text;
    answer.row.scrollIntoView({ block: "end" });
  },
  done(message) {
    const answer = answers.shift() ?? openAnswer();
    answer.bubble.textContent = message.reply;
    if (message.cards.length) {
      const row = element("div", "cards");
      row.append(...message.cards.map(card));
      answer.row.append(row);
      cardsViewed += message.cards.length;
    }
    answer.row.append(meta(message));
    answer.row.scrollIntoView({ block: "end" });
  },
  error(message) {
    if (message.code === "unknown-session") {
      sessionStorage.removeItem("session");
      hello();
      return;
    }
    banner(SORRY[message.code] ?? "出了点问题，请再试一次。");
    if (OF_NO_ANSWER.includes(message.code)) return;
    const answer = message.code === "busy" ? answers.pop() : answers.shift(); // busy: the last one was not taken
    answer?.row.remove();
  },
};

function send(message) {
  socket.send(JSON.stringify(message));
}

function hello() {
  send({ type: "hello", session: sessionStorage.getItem("session") });
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws`);
  socket.onopen = () => {
    $("dot").classList.add("on");
    $("send").disabled = false;
    hello();
  };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    on[message.type]?.(message);
  };
  socket.onclose = () => {
    $("dot").classList.remove("on");
    $("send").disabled = true;
    stopListening();
    for (const { row } of answers.splice(0)) row.remove();
    banner("连接断开，正在重新连接……");
    setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, 8000);
  };
}

function say(text) {
  const words = text.trim();
  if (!words || socket.readyState !== WebSocket.OPEN) return;
  banner("");
  showMine(words);
  awaitAnswer();
  send({ type: "say", text: words, dwell_s: (Date.now() - loadedAt) / 1000, items_viewed: cardsViewed });
  $("text").value = "";
}

async function startListening() {
  try {
    await microphone.start();
  } catch (error) {
    banner(error.message);
    return;
  }
  send({ type: "listen", sample_rate_hz: 16000 });
  $("mic").classList.add("live");
  $("mic").setAttribute("aria-pressed", "true");
}

function stopListening() {
  if (!microphone.running) return;
  microphone.stop();
  if (socket.readyState === WebSocket.OPEN) send({ type: "stop" });
  $("mic").classList.remove("live");
  $("mic").setAttribute("aria-pressed", "false");
  $("partial").hidden = true;
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  say($("text").value);
});
$("hints").addEventListener("click", (event) => {
  if (event.target.tagName === "BUTTON") say(event.target.textContent);
});
$("mic").addEventListener("click", () => (microphone.running ? stopListening() : startListening()));
$("fresh").addEventListener("click", () => {
  sessionStorage.removeItem("session");
  location.reload();
});
connect();
