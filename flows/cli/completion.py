"""`completion`: what a shell needs to complete verbs, options and choices, read from the parser itself.

A text for the shell and no program: completing starts no Python. zsh reads the one for bash.
"""

import argparse
import shlex
from collections.abc import Iterator

from flows.cli.arguments import Verbs

SHELLS = ("bash", "zsh")
SCRIPT = """\
# Completes `python -m flows ...`, and a script or alias named `bollettino` that calls it.
{before}declare -A _bollettino_words=(
{table}
)
_bollettino() {{
    local first=1 path="" next word
    if [[ ${{COMP_WORDS[0]##*/}} == python* ]]; then
        [[ ${{COMP_WORDS[1]}} == -m && ${{COMP_WORDS[2]}} == flows ]] || return 0
        first=3
    fi
    for word in "${{COMP_WORDS[@]:$first:$((COMP_CWORD-first))}}"; do
        next="$path $word"
        [[ -n ${{_bollettino_words[$next]+set}} ]] && path=$next
    done
    word=${{COMP_WORDS[COMP_CWORD]}}
    COMPREPLY=($(compgen -W "${{_bollettino_words[${{path:- }}]}}" -- "$word"))
}}
complete -o default -o bashdefault -F _bollettino python python3 bollettino
"""
BEFORE = {"bash": "", "zsh": "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n"}


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """What a shell is to read; `eval "$(python -m flows completion bash)"`."""
    table = "\n".join(
        f"    [{shlex.quote(path or ' ')}]={shlex.quote(words)}" for path, words in _words(parser)
    )
    return SCRIPT.format(before=BEFORE[shell], table=table)


def _words(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, str]]:
    """What may follow each row of verbs: ` subscribers import` -> its options and choices."""
    words: list[str] = []
    below: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        words += action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            below |= action.choices
        if action.choices and not action.option_strings:
            words += map(str, action.choices)
    yield path, " ".join(words)
    for name, inner in below.items():
        yield from _words(inner, f"{path} {name}")


def add_completion(verbs: Verbs) -> None:
    words = (
        "Print what a shell needs to complete verbs and options. "
        'For this shell: eval "$(python -m flows completion bash)"; for every one, that line in ~/.bashrc '
        "(zsh: ~/.zshrc)."
    )
    parser = verbs.add_parser("completion", help=words.partition(".")[0] + ".", description=words)
    parser.add_argument("shell", choices=SHELLS)
