import numpy
import scipy
import scipy.linalg


def handler(event, context):
    """Solves matrix · x = vector, twice: by NumPy and by SciPy's LU factors."""
    matrix = numpy.array(event["matrix"], dtype=float)
    vector = numpy.array(event["vector"], dtype=float)
    x = numpy.linalg.solve(matrix, vector)
    by_factors = scipy.linalg.lu_solve(scipy.linalg.lu_factor(matrix), vector)
    return {
        "x": [round(value, 6) for value in x.tolist()],
        "agree": bool(numpy.allclose(x, by_factors)),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "from": numpy.__file__.split("/python/")[0],
    }
