"""The error for input that cannot be used: one line that names it and the remedy."""


class InputError(ValueError):
    """Input that cannot be used as given.

    The command line prints it as one line and exits with code 2; in Python it is
    an ordinary :class:`ValueError`.

    Parameters
    ----------
    where : path-like | str
        The file, folder or argument that cannot be used.
    problem : str
        What is wrong with it, naming the field or line where there is one.
    remedy : str
        What the user can do about it.
    """

    def __init__(self, where, problem, remedy):
        self.where = str(where)
        self.problem = problem
        self.remedy = remedy
        super().__init__(self.where, problem, remedy)

    def __str__(self):
        return f"{self.where}: {self.problem}. Remedy: {self.remedy}"
