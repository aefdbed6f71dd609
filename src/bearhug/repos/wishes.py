"""How clients say what a new Space is to run with. Keys as in huggingface_hub's create_repo."""

from pydantic import BaseModel, Field

from bearhug.repos.model import Hosting, Variable

MOST = 100


class Pair(BaseModel):
    """A secret or a variable."""

    key: str = Field(max_length=256)
    value: str = Field(max_length=64 * 1024)
    description: str | None = Field(None, max_length=1000)

    def variable(self, *, secret: bool) -> Variable:
        return Variable(self.key, self.value, secret, self.description or "")


class Hosted(BaseModel):
    """The keys of hosting in a request that makes a Space."""

    hardware: str | None = Field(None, max_length=64)
    storage: str | None = Field(None, alias="storageTier", max_length=64)
    sleep: int | None = Field(None, alias="sleepTimeSeconds", ge=-1, le=10**9)
    secrets: list[Pair] | None = Field(None, max_length=MOST)
    variables: list[Pair] | None = Field(None, max_length=MOST)
    volumes: list[dict[str, object]] | None = Field(None, max_length=MOST)

    @property
    def hosting(self) -> Hosting:
        secrets = [pair.variable(secret=True) for pair in self.secrets or ()]
        variables = [pair.variable(secret=False) for pair in self.variables or ()]
        return Hosting(
            self.hardware,
            self.storage,
            self.sleep,
            (*secrets, *variables),
            self.volumes,
        )
