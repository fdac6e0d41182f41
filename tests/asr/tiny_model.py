"""A Vosk model of two words, small enough to be written for each test.

A real recogniser needs a real model, and none may be bundled or downloaded. This one is made by hand:
one affine layer over the MFCCs hears silence by the energy (C0) and tells a low hum (空调) from a
high hiss (冰箱) by the spectral tilt (C1). Layout and text format: Kaldi nnet3 and OpenFst's VectorFst.
"""

from __future__ import annotations

import struct
from pathlib import Path

WORDS = ("空调", "冰箱")
CEPSTRA = 40
CERTAINTY = 2.0  # steep logits: flat posteriors make Kaldi's lattices explode
LOUD_C0 = 60.0  # C0 of silence is about -100, of a clear tone 90

MODEL_CONF = """\
--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=4.0
--acoustic-scale=1.0
--frame-subsampling-factor=3
--endpoint.silence-phones=1
"""
MFCC_CONF = f"""\
--use-energy=false
--sample-frequency=16000
--num-mel-bins=40
--num-ceps={CEPSTRA}
--low-freq=20
--high-freq=-400
--dither=0
"""


def write_tiny_model(folder: Path) -> Path:
    """Write the model into a new folder and return the folder."""
    for name, content in {
        "am/final.mdl": _acoustic_model().encode(),
        "conf/model.conf": MODEL_CONF.encode(),
        "conf/mfcc.conf": MFCC_CONF.encode(),
        "graph/HCLG.fst": _graph(),
        "graph/words.txt": "".join(
            f"{word} {number}\n" for number, word in enumerate(("<eps>", *WORDS))
        ).encode(),
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _acoustic_model() -> str:
    phones = range(1, len(WORDS) + 2)  # phone 1 is silence, phone n+1 the one sound of word n
    triples = "".join(f"{phone} 0 {phone - 1}\n" for phone in phones)
    log_probs = " ".join(["0", *["-0.693147"] * (2 * len(phones))])
    rows = ((-1.0, 0.0), (1.0, 2.0), (1.0, -2.0))  # weights on C0 and C1: silence, low, high
    weights = "\n".join(
        " ".join(str(CERTAINTY * weight) for weight in (c0, c1, *[0.0] * (CEPSTRA - 2))) for c0, c1 in rows
    )
    biases = " ".join(str(-CERTAINTY * c0 * LOUD_C0) for c0, _ in rows)
    return f"""\
<TransitionModel> 
<Topology> 
<TopologyEntry>
<ForPhones>
{" ".join(map(str, phones))}
</ForPhones>
<State> 0 <PdfClass> 0 <Transition> 0 0.5 <Transition> 1 0.5 </State>
<State> 1 </State>
</TopologyEntry>
</Topology> 
<Triples> {len(phones)}
{triples}</Triples> 
<LogProbs> 
 [ {log_probs} ]
</LogProbs> 
</TransitionModel> 
<Nnet3> 
input-node name=input dim={CEPSTRA}
component-node name=affine component=affine input=input
component-node name=softmax component=softmax input=affine
output-node name=output input=softmax objective=linear

<NumComponents> 2
<ComponentName> affine <FixedAffineComponent> <LinearParams>  [
{weights} ]
<BiasParams>  [ {biases} ]
</FixedAffineComponent> 
<ComponentName> softmax <LogSoftmaxComponent> <Dim> {len(phones)} <ValueAvg>  [ ]
<DerivAvg>  [ ]
<Count> 0 </LogSoftmaxComponent> 
</Nnet3> 
<LeftContext> 0 <RightContext> 0 <Priors>  [ ]
"""  # noqa: W291


def _graph() -> bytes:
    """One state for each phone: enter it (saying its word), stay in it, or go on to another."""
    phones = range(1, len(WORDS) + 2)
    arcs = [[(2 * to - int(to == at), 0 if to == at else to - 1, to - 1) for to in phones] for at in phones]
    arcs[0][0] = (1, 0, 0)
    content = b"".join(
        struct.pack("<fq", 0.0, len(leaving))
        + b"".join(struct.pack("<iifi", label, word, 1.0, to) for label, word, to in leaving)
        for leaving in arcs
    )
    return _fst_header(len(arcs), sum(map(len, arcs))) + content


def _fst_header(states: int, arcs: int) -> bytes:
    def text(value: bytes) -> bytes:
        return struct.pack("<i", len(value)) + value

    magic, version, flags, properties, start = 2125659606, 2, 0, 3, 0
    return (
        struct.pack("<i", magic)
        + text(b"vector")
        + text(b"standard")
        + struct.pack("<iiQqqq", version, flags, properties, start, states, arcs)
    )
