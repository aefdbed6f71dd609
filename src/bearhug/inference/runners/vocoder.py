"""A wave from a spectrogram where a model came without its vocoder.

Griffin and Lim (1984), *Signal estimation from modified short-time Fourier transform*, on the
spectrograms of SpeechT5 (SpeechT5FeatureExtractor: 80 mel bands, 64 ms windows every 16 ms). It
sounds hollow beside a trained vocoder, but each word is understood.
"""

from types import SimpleNamespace

import numpy as np
import torch
from transformers.audio_utils import mel_filter_bank

RATE, WINDOW, HOP, BANDS = 16_000, 1024, 256, 80
LOWEST, HIGHEST = 80.0, 7600.0
ROUNDS = 32
SHARPER = 1.2  # a little contrast hides the smear of the mel bands


class GriffinLim:
    """Called as transformers calls a vocoder: log10 mel (frames × bands) to a wave."""

    config = SimpleNamespace(sampling_rate=RATE)

    def __init__(self) -> None:
        bands = mel_filter_bank(
            WINDOW // 2 + 1, BANDS, LOWEST, HIGHEST, RATE, norm="slaney", mel_scale="slaney"
        )
        self._inverse = torch.tensor(np.linalg.pinv(bands), dtype=torch.float32)
        self._window = torch.hann_window(WINDOW)

    def __call__(self, mel: torch.Tensor) -> torch.Tensor:
        loud = (10 ** mel.float().cpu().clamp(-10, 4)) @ self._inverse
        loud = loud.clamp(min=1e-10).T ** SHARPER
        phase = torch.zeros_like(loud)
        wave = self._wave(torch.polar(loud, phase))
        for _ in range(ROUNDS):
            wave = self._wave(torch.polar(loud, self._spectrum(wave).angle()))
        return wave / max(1.0, float(wave.abs().max()))

    def _wave(self, spectrum: torch.Tensor) -> torch.Tensor:
        length = (spectrum.shape[-1] - 1) * HOP
        return torch.istft(spectrum, WINDOW, HOP, window=self._window, length=max(1, length))

    def _spectrum(self, wave: torch.Tensor) -> torch.Tensor:
        return torch.stft(
            wave, WINDOW, HOP, window=self._window, pad_mode="constant", return_complex=True
        )
