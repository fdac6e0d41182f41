"""Training on tiny models: what each command leaves can be exported, and a stopped run goes on."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="only the export environment has torch")

from export import ablations, generator  # noqa: E402
from export.data.replies import TURNS_PER_SCENE, samples  # noqa: E402
from export.data.shop_language import examples  # noqa: E402
from export.errors import BadSource, Stopped  # noqa: E402
from export.origin import GENERATED, ORIGIN, Origin, read_origin, read_scores, write_origin  # noqa: E402
from export.train import distill, fewshot, heads, lora, pretrain, understanding  # noqa: E402
from export.train import generator as train_generator  # noqa: E402
from export.train import tokenizer as train_tokenizer  # noqa: E402
from export.train.run import Run  # noqa: E402
from export.vocabulary import QWEN2_CUT  # noqa: E402
from runtime.generation.prompt import END  # noqa: E402
from runtime.types import Intent  # noqa: E402
from tests.export import tiny_torch  # noqa: E402

A_SECOND, A_STEP = "0.02", "1e-9"  # minutes


def a_step_more(folder: Path) -> str:
    """Minutes that let a run go on for a step or two."""
    saved = torch.load(folder / "checkpoint.pt", weights_only=True)
    return str(saved["spent"] / 60 + 1e-6)


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    first, again = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    run = Run(tmp_path, 1e-9, {"model": first})
    assert list(run.progress()) == [0.0]
    later = Run(tmp_path, 1e-9, {"model": again})
    assert (later.step, list(later.progress())) == (1, [])
    assert torch.equal(first.weight, again.weight)


def test_a_run_that_is_told_to_stop_keeps_its_last_step(tmp_path: Path) -> None:
    run = Run(tmp_path, 60.0, {"model": torch.nn.Linear(2, 2)})
    stopping = run.progress()
    next(stopping)
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(Stopped, match="at step 1"):
        next(stopping)
    assert Run(tmp_path, 60.0, {"model": torch.nn.Linear(2, 2)}).step == 1
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_pretraining_goes_on_and_leaves_a_bert_folder(tmp_path: Path) -> None:
    talk, to = tmp_path / "corpora" / "chatterbot_zh" / "talk.yml", tmp_path / "encoder"
    talk.parent.mkdir(parents=True)
    lines = "".join(f"- - 这台空调{figure}匹多少钱呀\n  - 您稍等我看看有没有货\n" for figure in range(20))
    talk.write_text(f"categories:\n- 闲聊\nconversations:\n{lines}", encoding="utf-8")
    arguments = ["--corpora", str(tmp_path / "corpora"), "--out", str(to), "--minutes"]
    assert pretrain.main([*arguments, A_STEP]) == 0
    assert pretrain.main([*arguments, a_step_more(to)]) == 0
    assert (to / "train.log").read_text(encoding="utf-8").count("resumed at step") == 1
    assert understanding.begun(to).config.hidden_size == 256
    assert read_origin(to).command.startswith("python -m export pretrain")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes at which the joint training takes a second, and a few hundred lines."""
    monkeypatch.setattr(understanding, "written", lambda seed: list(examples(seed, 400)))
    small = {"_WARM_STEPS": 1, "_WARM_BATCH": 8, "_BATCH": 4, "_GOODS": 40, "_FITTED": 1}
    for name, size in small.items():
        monkeypatch.setattr(understanding, name, size)
    monkeypatch.setattr(distill, "_GOODS", 40)
    for module in (understanding, distill):
        monkeypatch.setattr(module, "held_out", lambda seed: list(examples(seed, 40)))


@pytest.mark.usefixtures("quick")
def test_joint_training_goes_on_and_tells_its_origin(tmp_path: Path) -> None:
    encoder, to = tiny_torch.encoder_folder("electra", tmp_path / "encoder"), tmp_path / "understanding"
    write_origin(encoder, Origin("python -m export pretrain", "MIT", [{"name": "some", "licence": "MIT"}]))
    arguments = ["--encoder", str(encoder), "--out", str(to), "--minutes"]
    assert understanding.main([*arguments, A_STEP]) == 0
    assert understanding.main([*arguments, a_step_more(to)]) == 0
    assert (to / "train.log").read_text(encoding="utf-8").count("resumed at step") == 1
    model = heads.load(to)
    assert model.encoder.config.hidden_size == 64
    assert model.ngrams.table.weight.any()
    assert read_scores(to)["held_out_intent_ngrams"] > 0.2  # by chance: 0.06
    made = read_origin(to)
    assert made.command.startswith("python -m export pretrain && python -m export train-understanding")
    assert (made.licence, made.data[-1]) == ("MIT", GENERATED)


def test_tokens_are_paired_by_their_characters() -> None:
    own = [(0, 0), (0, 1), (1, 2), (2, 3), (0, 0)]
    others = [(0, 0), (0, 1), (1, 3), (0, 0)]
    assert distill.same_tokens(own, others) == [(1, 1)]


def test_the_teachers_own_logits_cost_nothing() -> None:
    told = torch.randn(5, 17)
    assert distill.soft_loss(told, told).item() == pytest.approx(0, abs=1e-6)
    assert distill.soft_loss(torch.zeros(5, 17), told).item() > 0


@pytest.mark.usefixtures("quick")
def test_a_distilled_student_can_be_exported(tmp_path: Path) -> None:
    teacher = tiny_torch.encoder_folder("electra", tmp_path / "teacher")
    encoder = tiny_torch.encoder_folder("bert", tmp_path / "encoder")
    to = tmp_path / "distilled"
    arguments = ["--teacher", str(teacher), "--encoder", str(encoder), "--to", str(to)]
    assert distill.main([*arguments, "--minutes", A_STEP, "--teacher-minutes", A_STEP]) == 0
    assert heads.load(to).encoder.config.hidden_size == 64
    assert 0 <= read_scores(to)["agrees_with_teacher"] <= 1
    assert "teacher" in (to / ORIGIN).read_text(encoding="utf-8")


def test_the_generator_goes_on_and_tells_its_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train_generator, "look", lambda *_: None)
    monkeypatch.setattr(train_tokenizer, "VOCABULARY", 4600)
    tokenizer, to = tmp_path / "tokenizer.json", tmp_path / "generator"
    assert train_tokenizer.main(["--to", str(tokenizer), "--samples", "300"]) == 0
    arguments = ["--tokenizer", str(tokenizer), "--to", str(to), "--layers", "2", "--minutes"]
    assert train_generator.main([*arguments, A_STEP]) == 0
    first = read_scores(to)
    assert train_generator.main([*arguments, a_step_more(to)]) == 0
    scored = read_scores(to)
    assert first["steps"] == 1 < scored["steps"]
    assert scored["tokens"] > first["tokens"]
    assert generator.load(to, None)[0].config.num_hidden_layers == 2
    assert "train-generator --tokenizer work/tokenizer.json" in read_origin(to).command


def test_only_what_the_template_does_not_say_is_learned() -> None:
    turns = list(samples(11, TURNS_PER_SCENE))
    tokenizer = tiny_torch.byte_level(QWEN2_CUT)
    packed = train_generator.pack(tokenizer, turns)
    learned = [token for token, flag in zip(packed.ids[1:], packed.learn, strict=False) if flag]
    assert any(turn.opening for turn in turns)
    assert tokenizer.decode(learned) == "".join(turn.added + END for turn in turns)


@pytest.mark.usefixtures("quick")
def test_what_a_part_is_worth(tmp_path: Path) -> None:
    encoder, to = tiny_torch.encoder_folder("bert", tmp_path / "encoder"), tmp_path / "whole"
    whole = ablations.trained(encoder, to, 1e-9, 7, ablations.VARIANTS["whole"], None)
    whole.ngrams.table.weight.fill_(1.5)
    blind = ablations.VARIANTS["without-emotion"]
    other = ablations.trained(encoder, tmp_path / "blind", 1e-9, 7, blind, whole)
    assert not whole.ignored
    assert other.ignored == {"emotion"}
    assert torch.equal(other.ngrams.table.weight, whole.ngrams.table.weight)
    assert read_scores(to)["steps"] == 1
    line = {"text": "这款空调多少钱", "intent": "询价", "emotion": "中性", "slots": []}
    for part in ("open", "sealed"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "utterances.jsonl").write_text(json.dumps(line), encoding="utf-8")
    page = ablations.page(ablations.readers("whole", whole, encoder / "vocab.txt"), tmp_path)
    assert page.count("\n| open/whole") == page.count("\n| sealed/whole") == 2


def test_a_lone_expert_hears_nothing_of_the_other(tmp_path: Path) -> None:
    model = heads.load(tiny_torch.heads_folder("bert", tmp_path / "heads"))
    model.intent_mix.copy_(torch.tensor([0.5, 1.0]))
    assert ablations.alone(model, 0).intent_mix.tolist() == [0.5, 0.0]
    assert ablations.alone(model, 1).intent_mix.tolist() == [0.0, 1.0]


def shots(path: Path) -> list[tuple[str, int]]:
    """Three examples an intent: the name of the intent and some words more."""
    lines = [{"text": f"{intent}{more}", "intent": intent} for intent in Intent for more in ("", "吗", "好")]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    return fewshot.read_examples(path)


def test_a_few_examples_move_the_intent_head_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fewshot, "SPRING", 1e-3)  # untrained features tell little
    source, examples, to = (
        tiny_torch.heads_folder("bert", tmp_path / "heads"),
        tmp_path / "e.jsonl",
        tmp_path / "to",
    )
    shots(examples)
    assert fewshot.main(["--examples", str(examples), "--from", str(source), "--to", str(to)]) == 0
    scored = read_scores(to)
    assert scored["fewshot_right_after"] > scored["fewshot_right_before"]
    before, after = heads.load(source).state_dict(), heads.load(to).state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved == {"intent_head.weight", "intent_head.bias"}


def test_no_example_moves_nothing(tmp_path: Path) -> None:
    source = tiny_torch.heads_folder("bert", tmp_path / "heads")
    lines = shots(tmp_path / "e.jsonl")
    known = fewshot.Features(heads.load(source), source, [text for text, _ in lines])
    change = fewshot.refitted(known, [], torch.tensor([intent for _, intent in lines]), fewshot.SPRING)
    assert torch.equal(change.logits(known), known.logits)


def test_the_refitted_folder_says_what_was_fitted(tmp_path: Path) -> None:
    source = tiny_torch.heads_folder("bert", tmp_path / "heads")
    lines = shots(tmp_path / "e.jsonl")
    texts, model = [text for text, _ in lines], heads.load(source)
    model.intent_mix.copy_(torch.tensor([0.5, 1.0]))
    known = fewshot.Features(model, source, texts)
    wanted = torch.tensor([intent for _, intent in lines])
    change = fewshot.refitted(known, range(len(lines)), wanted, fewshot.SPRING)
    change.put_into(model)
    assert torch.allclose(fewshot.Features(model, source, texts).logits, change.logits(known), atol=1e-4)


def test_a_bad_example_is_named(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(
        '{"text": "多少钱", "intent": "询价"}\n{"text": "多少钱", "intent": "price"}', encoding="utf-8"
    )
    with pytest.raises(BadSource, match="line 2"):
        fewshot.read_examples(path)


def test_an_adapter_is_trained_and_merged(tmp_path: Path) -> None:
    base, to = tiny_torch.causal_folder("qwen3", tmp_path / "qwen3"), tmp_path / "lora"
    assert (
        lora.main(["--base", str(base), "--data", "generated", "--to", str(to), "--minutes", A_SECOND]) == 0
    )
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        plain, merged, again = (
            generator.load(*folders)[0](input_ids=ids).logits
            for folders in ((base, None), (to, None), (base, to / "adapter"))
        )
    assert not torch.allclose(plain, merged, atol=1e-4)
    assert torch.allclose(merged, again, atol=1e-3)


def test_lora_learns_from_a_file_and_names_its_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    line = json.dumps({"prompt": "你好", "reply": "您好，看点什么？"}, ensure_ascii=False)
    path.write_text("\n".join([line] * 20), encoding="utf-8")
    assert len(lora.held_out(str(path))) == 2
    assert next(lora.endless(str(path), 1)) == ("你好", "您好，看点什么？")
    path.write_text(line + '\n{"prompt": "你好"}', encoding="utf-8")
    with pytest.raises(BadSource, match="line 2"):
        lora.read_data(path)
