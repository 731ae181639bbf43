"""`python -m il2cdisc`: the command without its script."""

from il2cdisc.cli import main

if __name__ == "__main__":
    main()
