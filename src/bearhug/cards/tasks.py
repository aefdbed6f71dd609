"""The tasks of the Hub in its own order, with their words and the colour they wear.

Ids and order as in @huggingface/tasks, PIPELINE_DATA; colours are the design's hues.
"""

from typing import NamedTuple


class Task(NamedTuple):
    id: str
    label: str
    hue: str


_KNOWN = (
    ("text-classification", "Text classification", "text"),
    ("token-classification", "Token classification", "text"),
    ("table-question-answering", "Table question answering", "tabular"),
    ("question-answering", "Question answering", "text"),
    ("zero-shot-classification", "Zero-shot classification", "text"),
    ("translation", "Translation", "text"),
    ("summarization", "Summarisation", "text"),
    ("feature-extraction", "Feature extraction", "text"),
    ("text-generation", "Text generation", "text"),
    ("text2text-generation", "Text-to-text generation", "text"),
    ("fill-mask", "Fill the mask", "text"),
    ("sentence-similarity", "Sentence similarity", "text"),
    ("text-to-speech", "Text to speech", "audio"),
    ("text-to-audio", "Text to audio", "audio"),
    ("automatic-speech-recognition", "Speech recognition", "audio"),
    ("audio-to-audio", "Audio to audio", "audio"),
    ("audio-classification", "Audio classification", "audio"),
    ("audio-text-to-text", "Audio and text to text", "multimodal"),
    ("voice-activity-detection", "Voice activity detection", "audio"),
    ("depth-estimation", "Depth estimation", "vision"),
    ("image-classification", "Image classification", "vision"),
    ("object-detection", "Object detection", "vision"),
    ("image-segmentation", "Image segmentation", "vision"),
    ("text-to-image", "Text to image", "vision"),
    ("image-to-text", "Image to text", "vision"),
    ("image-to-image", "Image to image", "vision"),
    ("image-to-video", "Image to video", "vision"),
    ("unconditional-image-generation", "Image generation", "vision"),
    ("video-classification", "Video classification", "vision"),
    ("reinforcement-learning", "Reinforcement learning", "action"),
    ("robotics", "Robotics", "action"),
    ("tabular-classification", "Tabular classification", "tabular"),
    ("tabular-regression", "Tabular regression", "tabular"),
    ("tabular-to-text", "Table to text", "tabular"),
    ("table-to-text", "Table to text", "tabular"),
    ("multiple-choice", "Multiple choice", "text"),
    ("text-ranking", "Text ranking", "text"),
    ("text-retrieval", "Text retrieval", "text"),
    ("time-series-forecasting", "Time series forecasting", "tabular"),
    ("text-to-video", "Text to video", "vision"),
    ("image-text-to-text", "Image and text to text", "multimodal"),
    ("image-text-to-image", "Image and text to image", "multimodal"),
    ("image-text-to-video", "Image and text to video", "multimodal"),
    ("visual-question-answering", "Visual question answering", "multimodal"),
    ("document-question-answering", "Document question answering", "multimodal"),
    ("zero-shot-image-classification", "Zero-shot image classification", "vision"),
    ("graph-ml", "Graph learning", "multimodal"),
    ("mask-generation", "Mask generation", "vision"),
    ("zero-shot-object-detection", "Zero-shot object detection", "vision"),
    ("text-to-3d", "Text to 3D", "vision"),
    ("image-to-3d", "Image to 3D", "vision"),
    ("image-feature-extraction", "Image feature extraction", "vision"),
    ("video-text-to-text", "Video and text to text", "multimodal"),
    ("keypoint-detection", "Keypoint detection", "vision"),
    ("visual-document-retrieval", "Visual document retrieval", "multimodal"),
    ("any-to-any", "Any to any", "multimodal"),
    ("video-to-video", "Video to video", "vision"),
)

TASKS: dict[str, Task] = {each[0]: Task(*each) for each in _KNOWN}
"""By id, in the Hub's order."""

CHAT_TASKS = frozenset({"text-generation", "image-text-to-text"})


def task(id: str) -> Task:
    """A task, or one made of its id where it is none we know."""
    return TASKS.get(id) or Task(id, id.replace("-", " ").capitalize(), "honey")
