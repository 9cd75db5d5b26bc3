"""Prints what is installed beside this Python, with its licences, as JSON: {"moto": ["Apache-2.0"], …}."""

import json
from importlib.metadata import distributions


def licences(of):
    told = of.metadata.get_all("Classifier", [])
    named = [text.split(" :: ")[-1] for text in told if text.startswith("License ::")]
    return sorted({*named, *of.metadata.get_all("License-Expression", []), *of.metadata.get_all("License", [])})


print(json.dumps({each.metadata["Name"]: licences(each) for each in distributions()}))
