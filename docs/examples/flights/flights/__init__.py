"""How late were the flights that left New York in 2013, and what did it depend on?"""
