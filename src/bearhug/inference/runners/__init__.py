"""The program that holds one model of a Python engine: torch, ONNX Runtime, scikit-learn.

`__main__` is started by the supervisor as `engines.base` says. Each module of tasks says in `TASKS`
what it can do; `registry` knows which module that is, so that a runner imports no other.
"""
