"""Models in programs on one's own machine, brought from this hub."""

import json
import shlex

from bearhug.catalog.snippets.setting import Setting, Snippet, Step

GROUP = "Programs"


def llama(setting: Setting) -> Snippet | None:
    """llama.cpp reads HF_ENDPOINT (common/common.cpp, common_get_model_endpoint)."""
    if not setting.gguf:
        return None
    code = f"{setting.endpoint}\nllama-server -hf {setting.name}{setting.tag} --port 8080"
    plain = (
        f"curl -L -O {setting.address_of(setting.gguf)}\n"
        f"llama-server -m {shlex.quote(_file(setting.gguf))} --port 8080"
    )
    steps = [Step("in a terminal", code, "bash"), Step("or with the file alone", plain, "bash")]
    note = _private(setting, "llama.cpp takes a token from HF_TOKEN")
    return Snippet("llama.cpp", "llama.cpp", "terminal", steps, note, GROUP, picks=True)


def llama_python(setting: Setting) -> Snippet | None:
    if not setting.gguf:
        return None
    chat = setting.card.conversational
    asked = (
        'said = llm.create_chat_completion([{"role": "user", "content": "Why do bears hum?"}])\n'
        'print(said["choices"][0]["message"]["content"])'
        if chat
        else 'print(llm("Once upon a time", max_tokens=80)["choices"][0]["text"])'
    )
    code = f"""import os

os.environ["HF_ENDPOINT"] = "{setting.base_url}"  # before the import below

from llama_cpp import Llama

llm = Llama.from_pretrained("{setting.name}", filename={json.dumps(setting.gguf)})
{asked}"""
    step = Step("use.py", code, "python")
    note = setting.token_note
    return Snippet("llama-cpp-python", "llama-cpp-python", "code", [step], note, picks=True)


def ollama(setting: Setting) -> Snippet | None:
    """Ollama pulls by this hub's registry, /v2/; without TLS it wants to be told."""
    if not setting.gguf:
        return None
    scheme, _, host = setting.base_url.partition("://")
    insecure = " --insecure" * (scheme == "http")
    code = f"ollama run{insecure} {host}/{setting.name}{setting.tag}"
    plain = (
        f"hf download {setting.name} {shlex.quote(setting.gguf)} --local-dir .\n"
        f"echo {shlex.quote('FROM ./' + setting.gguf)} > Modelfile\n"
        f"ollama create {setting.repo.name.name.lower()} -f Modelfile"
    )
    closed = setting.repo.private or bool(setting.repo.gated)
    if closed:
        step = Step("in a terminal", f"{setting.endpoint}\n{plain}", "bash")
        note = "Ollama has no token to give: download the file first."
        return Snippet("ollama", "Ollama", "terminal", [step], note, GROUP, picks=True)
    step = Step("in a terminal", code, "bash")
    return Snippet("ollama", "Ollama", "terminal", [step], "", GROUP, picks=True)


def vllm(setting: Setting) -> Snippet | None:
    if "vllm" not in setting.ways or setting.card.library == "gguf":
        return None
    return _server(setting, "vllm", "vLLM", f"vllm serve {setting.name}", 8000)


def sglang(setting: Setting) -> Snippet | None:
    if "sglang" not in setting.ways:
        return None
    command = f"python -m sglang.launch_server --model-path {setting.name} --port 30000"
    return _server(setting, "sglang", "SGLang", command, 30000)


def mlx(setting: Setting) -> Snippet | None:
    if "mlx-lm" not in setting.ways:
        return None
    code = (
        f'{setting.endpoint}\nmlx_lm.generate --model {setting.name} --prompt "Why do bears hum?"'
    )
    step = Step("in a terminal, on a Mac", code, "bash")
    return Snippet("mlx-lm", "MLX LM", "terminal", [step], setting.token_note, GROUP)


def _server(setting: Setting, id: str, words: str, command: str, port: int) -> Snippet:
    chat = setting.card.conversational
    door = "chat/completions" if chat else "completions"
    asked = (
        '"messages": [{"role": "user", "content": "Why do bears hum?"}]'
        if chat
        else '"prompt": "Once upon a time", "max_tokens": 80'
    )
    ask = (
        f"curl http://localhost:{port}/v1/{door} \\\n"
        '  -H "Content-Type: application/json" \\\n'
        f'  -d \'{{"model": "{setting.name}", {asked}}}\''
    )
    steps = [
        Step("in a terminal", f"{setting.endpoint}\n{command}", "bash"),
        Step("in another", ask, "bash"),
    ]
    return Snippet(id, words, "terminal", steps, setting.token_note, GROUP)


def _private(setting: Setting, words: str) -> str:
    return f"It is private: {words}." * setting.repo.private


def _file(path: str) -> str:
    return path.rpartition("/")[2]
