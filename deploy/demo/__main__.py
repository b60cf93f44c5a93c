"""`python -m deploy.demo`: see deploy.demo.run."""

from deploy.demo.run import main

if __name__ == "__main__":
    main()
