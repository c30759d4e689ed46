#!/usr/bin/env python3
"""Writes a checkpoint of train.py as GGUF: export.py WORK OUT."""
import pathlib
import sys

import torch

from model import Model, Shape
from train import export
from vocabulary import Vocabulary

work, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
vocabulary = Vocabulary.load(work / "vocabulary.json")
model = Model(Shape(len(vocabulary.tokens)))
model.load_state_dict(torch.load(work / "checkpoint.pt")["model"])
export(model, vocabulary, out)
